package config_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/config"
)

// home returns the program's folders in a new, empty home.
func home(t *testing.T) config.Paths {
	t.Helper()
	root := t.TempDir()
	return config.Paths{Config: filepath.Join(root, "config", "orkesctl"), State: filepath.Join(root, "state", "orkesctl")}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// requireMode checks a file's or folder's permissions, where the system has them.
func requireMode(t *testing.T, want os.FileMode, path string) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Equal(t, want, info.Mode().Perm(), path)
	}
}

// dangling makes dir a link that leads nowhere: nothing can be read or made in it, as in a home that is read-only.
func dangling(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(dir), 0o700))
	if err := os.Symlink(filepath.Join(t.TempDir(), "nowhere", "at", "all"), dir); err != nil {
		t.Skip("no links here: ", err)
	}
}

func TestProfilesAreKept(t *testing.T) {
	paths := home(t)
	profiles, err := config.LoadProfiles(paths)
	require.NoError(t, err)
	require.Empty(t, profiles.Names())
	require.NotNil(t, profiles.Profiles, "ready to be written to")

	want := map[string]config.Profile{
		"prod": {
			Server: "https://play.orkes.io/api", Key: "0123", SecretIn: config.InFile, CAFile: `C:\Users\me too\ca.pem`,
			CertFile: "~/cert: 1.pem", KeyFile: "# key", DomainGrant: "task:domain",
		},
		"a_1-b": {Key: "1e3"},
		"on":    {Server: "yes"},
		"7":     {Server: "007"},
		"null":  {Server: "null"},
		"bare":  {},
	}
	profiles.Current, profiles.Profiles = "on", want
	require.NoError(t, profiles.Save(paths))
	requireMode(t, 0o600, paths.ProfilesFile())
	requireMode(t, 0o700, paths.Config)

	again, err := config.LoadProfiles(paths)
	require.NoError(t, err)
	require.Equal(t, "on", again.Current)
	require.Equal(t, want, again.Profiles)
	require.Equal(t, []string{"7", "a_1-b", "bare", "null", "on", "prod"}, again.Names())
}

func TestProfilesFileWrittenByHand(t *testing.T) {
	paths := home(t)
	for name, tc := range map[string]struct {
		text string
		want config.Profiles
	}{
		"empty":     {"", config.Profiles{}},
		"a comment": {"# nothing yet\n", config.Profiles{}},
		"comments, CRLF and a mark": {
			"\ufeffcurrent: a\r\nprofiles:\r\n  a: # mine\r\n    server: http://h\r\n",
			config.Profiles{Current: "a", Profiles: map[string]config.Profile{"a": {Server: "http://h"}}},
		},
		"what a later version writes": {
			"colour: red\nprofiles:\n  a: {key: 42, region: eu}\n", config.Profiles{Profiles: map[string]config.Profile{"a": {Key: "42"}}},
		},
		"a profile without settings": {"profiles: {a: }\n", config.Profiles{Profiles: map[string]config.Profile{"a": {}}}},
		"no profiles":                {"current: b\nprofiles:\n", config.Profiles{Current: "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, paths.ProfilesFile(), tc.text)
			got, err := config.LoadProfiles(paths)
			require.NoError(t, err)
			if tc.want.Profiles == nil {
				tc.want.Profiles = map[string]config.Profile{}
			}
			require.Equal(t, &tc.want, got)
		})
	}
}

func TestDamagedProfilesFileIsNamed(t *testing.T) {
	for name, text := range map[string]string{
		"no YAML":         "profiles: [\n",
		"a list":          "- a\n",
		"a word":          "hello\n",
		"a tab":           "profiles:\n\ta: 1\n",
		"profiles a word": "profiles: many\n",
		"profile a word":  "profiles: {a: b}\n",
		"server a list":   "profiles: {a: {server: [b]}}\n",
		"server a map":    "profiles: {a: {server: {b: c}}}\n",
		"binary":          "\x00\x01\xff",
	} {
		t.Run(name, func(t *testing.T) {
			paths := home(t)
			write(t, paths.ProfilesFile(), text)
			_, err := config.LoadProfiles(paths)
			require.ErrorContains(t, err, "read "+paths.ProfilesFile()+": ")
			_, err = config.Resolve(sources(paths, nil, config.Flags{}))
			require.ErrorContains(t, err, paths.ProfilesFile(), "nor is it passed over")
		})
	}
	paths := home(t)
	require.NoError(t, os.MkdirAll(paths.ProfilesFile(), 0o700))
	_, err := config.LoadProfiles(paths)
	require.ErrorContains(t, err, paths.ProfilesFile())
	require.ErrorContains(t, (&config.Profiles{}).Save(paths), paths.ProfilesFile())
}

func TestProfilesInAHomeThatIsReadOnly(t *testing.T) {
	paths := home(t)
	dangling(t, paths.Config)
	profiles, err := config.LoadProfiles(paths)
	require.NoError(t, err)
	err = profiles.Save(paths)
	require.ErrorContains(t, err, "make the settings folder: ")
	require.ErrorContains(t, err, paths.Config)
}

func TestProfileNames(t *testing.T) {
	for _, name := range []string{"a", "prod", "9", "a-b_c", "dev"} {
		require.NoError(t, config.CheckProfileName(name))
	}
	for _, name := range []string{"", "Prod", "-a", "_a", "a.b", "a b", "a/b", "ü", "a::b", "a\n"} {
		require.ErrorContains(t, config.CheckProfileName(name), "profile name ", "%q", name)
	}
}

func TestChosenProfile(t *testing.T) {
	profiles := &config.Profiles{Current: "current"}
	env := func(value string) func(string) string {
		return func(name string) string { return map[string]string{"ORKESCTL_PROFILE": value}[name] }
	}
	for name, tc := range map[string]struct {
		flag, env, want string
		asked           bool
	}{
		"the file's":                 {"", "", "current", false},
		"the environment's":          {"", " prod\n", "prod", true},
		"the flag's":                 {"stage", "prod", "stage", true},
		"only blanks are no profile": {"", "  ", "current", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, asked := profiles.Chosen(config.Flags{Profile: tc.flag}, env(tc.env))
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.asked, asked)
		})
	}
}
