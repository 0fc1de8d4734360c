package config_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"github.com/orkesctl/orkesctl/internal/config"
)

// sources returns where Resolve looks, with secrets in the file.
func sources(paths config.Paths, values map[string]string, flags config.Flags) config.Sources {
	off := env(map[string]string{"ORKESCTL_KEYRING": "off"})
	return config.Sources{Getenv: env(values), Flags: flags, Paths: paths, Secrets: config.NewSecrets(paths, off)}
}

const someProfiles = `current: prod
profiles:
  prod: {server: https://prod.example/, key: prod-key, secret-in: file, ca-file: prod-ca, cert-file: prod-cert, key-file: prod-key-file, domain-grant: both}
  other: {server: https://other.example, key: other-key, secret-in: file}
  bare: {server: https://bare.example}
  tls: {ca-file: tls-ca}
  broken: {server: https://broken.example, key: broken-key, secret-in: file}
`

// world is what Resolve finds: each part may be missing.
type world struct {
	profiles bool
	dev      int // the process id of a development server; zero: there is none
	env      map[string]string
	flags    config.Flags
}

func (w world) resolve(t *testing.T) (config.Settings, config.Paths, error) {
	t.Helper()
	paths := home(t)
	if w.profiles {
		write(t, paths.ProfilesFile(), someProfiles)
		write(t, secretsFile(paths), `{"prod":"prod-secret","other":"other-secret"}`)
	}
	if w.dev != 0 {
		require.NoError(t, config.WriteDev(paths, config.Dev{URL: "http://localhost:9090/api", Key: "dev-key", Secret: "dev-secret", PID: w.dev}))
	}
	settings, err := config.Resolve(sources(paths, w.env, w.flags))
	return settings, paths, err
}

type vars = map[string]string

const devSource = "the running development server"

func TestServerAndIdentity(t *testing.T) {
	pair := vars{"CONDUCTOR_AUTH_KEY": "env-key", "CONDUCTOR_AUTH_SECRET": "env-secret"}
	all := vars{"CONDUCTOR_SERVER_URL": "http://env:1/", "CONDUCTOR_AUTH_KEY": "env-key", "CONDUCTOR_AUTH_SECRET": "env-secret"}
	token := vars{"CONDUCTOR_AUTH_TOKEN": " env-token\n", "CONDUCTOR_AUTH_KEY": "env-key", "CONDUCTOR_AUTH_SECRET": "env-secret"}
	me := os.Getpid()
	for name, tc := range map[string]struct {
		world              world
		server             config.Setting
		key, secret, token config.Setting
	}{
		"nothing": {world{}, config.Setting{"http://localhost:8080/api", "default"}, none, none, none},
		"a dev server": {
			world{dev: me},
			config.Setting{"http://localhost:9090/api", devSource},
			config.Setting{"dev-key", devSource},
			config.Setting{"dev-secret", devSource},
			none,
		},
		"a dev server that died": {world{dev: gone}, config.Setting{"http://localhost:8080/api", "default"}, none, none, none},
		"current profile": {
			world{profiles: true, dev: me},
			config.Setting{"https://prod.example/api", "profile prod"},
			config.Setting{"prod-key", "profile prod"},
			config.Setting{"prod-secret", "profile prod, file"},
			none,
		},
		"environment over current profile": {
			world{profiles: true, env: all},
			config.Setting{"http://env:1/api", "CONDUCTOR_SERVER_URL"},
			config.Setting{"env-key", "CONDUCTOR_AUTH_KEY"},
			config.Setting{"env-secret", "CONDUCTOR_AUTH_SECRET"},
			none,
		},
		"a pair in the environment, the server of the profile": {
			world{profiles: true, env: pair},
			config.Setting{"https://prod.example/api", "profile prod"},
			config.Setting{"env-key", "CONDUCTOR_AUTH_KEY"},
			config.Setting{"env-secret", "CONDUCTOR_AUTH_SECRET"},
			none,
		},
		"token over pair": {
			world{env: token}, config.Setting{"http://localhost:8080/api", "default"}, none, none, config.Setting{"env-token", "CONDUCTOR_AUTH_TOKEN"},
		},
		"--profile over environment": {
			world{profiles: true, env: all, flags: config.Flags{Profile: "other"}},
			config.Setting{"https://other.example/api", "profile other"},
			config.Setting{"other-key", "profile other"},
			config.Setting{"other-secret", "profile other, file"},
			none,
		},
		"--profile over a token": {
			world{profiles: true, env: token, flags: config.Flags{Profile: "other"}},
			config.Setting{"https://other.example/api", "profile other"},
			config.Setting{"other-key", "profile other"},
			config.Setting{"other-secret", "profile other, file"},
			none,
		},
		"--profile without a key": {
			world{profiles: true, env: all, flags: config.Flags{Profile: "bare"}},
			config.Setting{"https://bare.example/api", "profile bare"},
			config.Setting{"env-key", "CONDUCTOR_AUTH_KEY"},
			config.Setting{"env-secret", "CONDUCTOR_AUTH_SECRET"},
			none,
		},
		"--profile without a server": {
			world{profiles: true, env: all, flags: config.Flags{Profile: "tls"}},
			config.Setting{"http://env:1/api", "CONDUCTOR_SERVER_URL"},
			config.Setting{"env-key", "CONDUCTOR_AUTH_KEY"},
			config.Setting{"env-secret", "CONDUCTOR_AUTH_SECRET"},
			none,
		},
		"ORKESCTL_PROFILE over the current one": {
			world{profiles: true, env: vars{"ORKESCTL_PROFILE": "other"}},
			config.Setting{"https://other.example/api", "profile other"},
			config.Setting{"other-key", "profile other"},
			config.Setting{"other-secret", "profile other, file"},
			none,
		},
		"--server over everything": {
			world{profiles: true, env: all, flags: config.Flags{Server: "http://flag", Profile: "other"}},
			config.Setting{"http://flag/api", "--server"},
			config.Setting{"env-key", "CONDUCTOR_AUTH_KEY"},
			config.Setting{"env-secret", "CONDUCTOR_AUTH_SECRET"},
			none,
		},
		"--server elsewhere gets no key of a profile": {
			world{profiles: true, flags: config.Flags{Server: "http://flag"}}, config.Setting{"http://flag/api", "--server"}, none, none, none,
		},
		"environment elsewhere gets no key of a profile": {
			world{profiles: true, env: vars{"CONDUCTOR_SERVER_URL": "http://env"}}, config.Setting{"http://env/api", "CONDUCTOR_SERVER_URL"}, none, none, none,
		},
		"--server, the profile's own in other words": {
			world{profiles: true, flags: config.Flags{Server: "https://prod.example/api/"}},
			config.Setting{"https://prod.example/api", "--server"},
			config.Setting{"prod-key", "profile prod"},
			config.Setting{"prod-secret", "profile prod, file"},
			none,
		},
		"--server, the dev server's": {
			world{dev: me, flags: config.Flags{Server: "localhost:9090"}},
			config.Setting{"http://localhost:9090/api", "--server"},
			config.Setting{"dev-key", devSource},
			config.Setting{"dev-secret", devSource},
			none,
		},
		"--server elsewhere gets no key of the dev server": {
			world{dev: me, flags: config.Flags{Server: "http://localhost:9091"}}, config.Setting{"http://localhost:9091/api", "--server"}, none, none, none,
		},
		"--profile dev": {
			world{profiles: true, dev: me, env: all, flags: config.Flags{Profile: "dev"}},
			config.Setting{"http://localhost:9090/api", "profile dev"},
			config.Setting{"dev-key", "profile dev"},
			config.Setting{"dev-secret", "profile dev"},
			none,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := tc.world.resolve(t)
			require.NoError(t, err)
			require.Equal(t, tc.server, got.Server)
			require.Equal(t, tc.key, got.Key)
			require.Equal(t, tc.secret, got.Secret)
			require.Equal(t, tc.token, got.Token)
			require.Equal(t, tc.server.Source == devSource, got.Dev)
		})
	}
}

var none = config.Setting{}

func TestProfileIsNamedWithItsSource(t *testing.T) {
	w := world{profiles: true}
	got, paths, err := w.resolve(t)
	require.NoError(t, err)
	require.Equal(t, config.Setting{"prod", paths.ProfilesFile()}, got.Profile)
	w.env = vars{"ORKESCTL_PROFILE": "bare"}
	got, _, err = w.resolve(t)
	require.NoError(t, err)
	require.Equal(t, config.Setting{"bare", "ORKESCTL_PROFILE"}, got.Profile)
	w.flags.Profile = "other"
	got, _, err = w.resolve(t)
	require.NoError(t, err)
	require.Equal(t, config.Setting{"other", "--profile"}, got.Profile)
	got, _, err = world{}.resolve(t)
	require.NoError(t, err)
	require.Equal(t, none, got.Profile)
}

func TestFilesAndGrantStyle(t *testing.T) {
	w := world{profiles: true}
	got, _, err := w.resolve(t)
	require.NoError(t, err)
	require.Equal(t, []config.Setting{{"prod-ca", "profile prod"}, {"prod-cert", "profile prod"}, {"prod-key-file", "profile prod"}, {"both", "profile prod"}},
		[]config.Setting{got.CAFile, got.CertFile, got.KeyFile, got.DomainGrant})
	w.env = vars{
		"ORKESCTL_CA_FILE": `C:\ca dir\ca.pem`, "ORKESCTL_CERT_FILE": "env-cert", "ORKESCTL_KEY_FILE": "env-key-file",
		"ORKESCTL_DOMAIN_GRANT": "task:domain",
	}
	got, _, err = w.resolve(t)
	require.NoError(t, err)
	require.Equal(t, []config.Setting{
		{`C:\ca dir\ca.pem`, "ORKESCTL_CA_FILE"},
		{"env-cert", "ORKESCTL_CERT_FILE"},
		{"env-key-file", "ORKESCTL_KEY_FILE"},
		{"task:domain", "ORKESCTL_DOMAIN_GRANT"},
	}, []config.Setting{got.CAFile, got.CertFile, got.KeyFile, got.DomainGrant})
}

func TestOwnProfileNamedDevWins(t *testing.T) {
	paths := home(t)
	write(t, paths.ProfilesFile(), "profiles: {dev: {server: http://mine}}\n")
	require.NoError(t, config.WriteDev(paths, config.Dev{URL: "http://localhost:9090/api", Key: "k", Secret: "s", PID: os.Getpid()}))
	got, err := config.Resolve(sources(paths, nil, config.Flags{Profile: "dev"}))
	require.NoError(t, err)
	require.Equal(t, config.Setting{"http://mine/api", "profile dev"}, got.Server)
	require.Equal(t, none, got.Key)
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	for name, tc := range map[string]struct {
		world world
		want  string
	}{
		"half a pair":            {world{env: vars{"CONDUCTOR_AUTH_KEY": "k"}}, "are a pair: only one of them is set"},
		"the other half":         {world{env: vars{"CONDUCTOR_AUTH_SECRET": "hidden"}}, "are a pair: only one of them is set"},
		"half a pair, a profile": {world{profiles: true, env: vars{"CONDUCTOR_AUTH_SECRET": "hidden"}}, "are a pair: only one of them is set"},
		"a URL from a flag":      {world{flags: config.Flags{Server: "ftp://h"}}, "the server's URL from --server: "},
		"a URL from environment": {world{env: vars{"CONDUCTOR_SERVER_URL": "http://"}}, "the server's URL from CONDUCTOR_SERVER_URL: "},
		"a secret that is lost":  {world{profiles: true, flags: config.Flags{Profile: "broken"}}, "run orkesctl login --profile broken"},
		"an unknown profile":     {world{profiles: true, flags: config.Flags{Profile: "prdo"}}, `no profile "prdo" (known: bare, broken, other, prod, tls, dev)`},
		"no profile at all":      {world{env: vars{"ORKESCTL_PROFILE": "prod"}}, `no profile "prod" (known: dev)`},
	} {
		t.Run(name, func(t *testing.T) {
			settings, _, err := tc.world.resolve(t)
			require.ErrorContains(t, err, tc.want)
			require.Zero(t, settings)
			require.NotContains(t, err.Error(), "hidden")
		})
	}
	_, _, err := world{flags: config.Flags{Profile: "dev"}}.resolve(t)
	require.ErrorIs(t, err, config.ErrNoDev)
	require.EqualError(t, &config.UnknownProfileError{Name: "x"}, `no profile "x" (there are none yet)`)
}

func TestProfileSecretFromTheKeyring(t *testing.T) {
	keyring.MockInit()
	paths := home(t)
	secrets := config.NewSecrets(paths, env(withKeyring))
	where, err := secrets.Store("a", "kept")
	require.NoError(t, err)
	profiles := config.Profiles{Current: "a", Profiles: map[string]config.Profile{"a": {Server: "http://h", Key: "k", SecretIn: where}}}
	require.NoError(t, profiles.Save(paths))
	src := sources(paths, nil, config.Flags{})
	src.Secrets = secrets
	got, err := config.Resolve(src)
	require.NoError(t, err)
	require.Equal(t, config.Setting{"kept", "profile a, keyring"}, got.Secret)
	_, err = config.Resolve(sources(paths, nil, config.Flags{}))
	require.ErrorContains(t, err, "the secret of profile a is in the keyring")
	got, err = config.Resolve(sources(paths, vars{"CONDUCTOR_AUTH_TOKEN": "t"}, config.Flags{}))
	require.NoError(t, err)
	require.Equal(t, "t", got.Token.Value, "what is not needed is not read")
}
