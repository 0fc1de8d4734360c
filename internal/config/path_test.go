package config_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/config"
)

// env returns an environment of these variables and no others.
func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestFindPaths(t *testing.T) {
	type variables = map[string]string
	for name, tc := range map[string]struct {
		system        string // empty: every one
		env           variables
		config, state string
	}{
		"XDG":             {"", variables{"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}, "/c/orkesctl", "/s/orkesctl"},
		"a home":          {"linux", variables{"HOME": "/home/me"}, "/home/me/.config/orkesctl", "/home/me/.local/state/orkesctl"},
		"half XDG":        {"linux", variables{"HOME": "/h", "XDG_STATE_HOME": "/s"}, "/h/.config/orkesctl", "/s/orkesctl"},
		"blanks":          {"linux", variables{"HOME": `/C:\Users\me too`}, `/C:\Users\me too/.config/orkesctl`, `/C:\Users\me too/.local/state/orkesctl`},
		"Windows ignored": {"linux", variables{"HOME": "/h", "APPDATA": "/a", "USERPROFILE": "/u"}, "/h/.config/orkesctl", "/h/.local/state/orkesctl"},
		"macOS": {
			"darwin", variables{"HOME": "/Users/me"}, "/Users/me/Library/Application Support/orkesctl", "/Users/me/Library/Application Support/orkesctl",
		},
		"Windows": {
			"windows",
			variables{"USERPROFILE": `C:\Users\me`, "APPDATA": `C:\Users\me\AppData\Roaming`, "LOCALAPPDATA": `C:\Users\me\AppData\Local`},
			`C:\Users\me\AppData\Roaming\orkesctl`, `C:\Users\me\AppData\Local\orkesctl`,
		},
		"Windows, bare": {"windows", variables{"USERPROFILE": `C:\Users\me`}, `C:\Users\me\.config\orkesctl`, `C:\Users\me\.local\state\orkesctl`},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.system != "" && tc.system != runtime.GOOS {
				t.Skip("for " + tc.system)
			}
			paths, err := config.FindPaths(env(tc.env))
			require.NoError(t, err)
			require.Equal(t, config.Paths{Config: filepath.FromSlash(tc.config), State: filepath.FromSlash(tc.state)}, paths)
			require.Equal(t, filepath.Join(paths.Config, "config.yaml"), paths.ProfilesFile())
			require.Equal(t, filepath.Join(paths.State, "dev.log"), paths.DevLog())
		})
	}
}

func TestFindPathsWithoutAHome(t *testing.T) {
	for _, values := range []map[string]string{nil, {"XDG_CONFIG_HOME": "/c"}, {"XDG_STATE_HOME": "/s"}} {
		_, err := config.FindPaths(env(values))
		require.ErrorContains(t, err, "set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME")
	}
}
