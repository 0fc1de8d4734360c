package config

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
)

func TestAssign(t *testing.T) {
	before := config.Profile{Server: "http://old/api", Key: "k", CAFile: "old.pem"}
	for name, tc := range map[string]struct {
		setting, value string
		want           config.Profile
	}{
		"a server, in its normal form": {"server", "conductor.example.com/", config.Profile{Server: "https://conductor.example.com/api", Key: "k", CAFile: "old.pem"}},
		"no server":                    {"server", "", config.Profile{Key: "k", CAFile: "old.pem"}},
		"authorities":                  {"ca-file", "new.pem", config.Profile{Server: "http://old/api", Key: "k", CAFile: "new.pem"}},
		"no authorities":               {"ca-file", "", config.Profile{Server: "http://old/api", Key: "k"}},
		"a certificate":                {"cert-file", "c.pem", config.Profile{Server: "http://old/api", Key: "k", CAFile: "old.pem", CertFile: "c.pem"}},
		"its key":                      {"key-file", "k.pem", config.Profile{Server: "http://old/api", Key: "k", CAFile: "old.pem", KeyFile: "k.pem"}},
		"a style of grants":            {"domain-grant", "task:domain", config.Profile{Server: "http://old/api", Key: "k", CAFile: "old.pem", DomainGrant: "task:domain"}},
	} {
		t.Run(name, func(t *testing.T) {
			profile := before
			require.NoError(t, assign(&profile, tc.setting, tc.value))
			require.Equal(t, tc.want, profile)
		})
	}
	require.Len(t, names(), 5, "each setting that may be typed in is tried above")
}

func TestWhatCannotBeSet(t *testing.T) {
	for _, tc := range [][4]string{ // setting, value, message, hint
		{"server", "ftp://x", "use http or https", "orkesctl config set server"},
		{"domain-grant", "sideways", "is not one of domain:task", "domain-grant task:domain"},
		{"key", "abc", "a key and its secret belong together", "orkesctl login --key abc"},
		{"key", "", "are removed together", "orkesctl logout"},
		{"secret", "canary", "a secret is not given in an argument", "orkesctl login"},
		{"token", "canary", "a token is not given in an argument", "orkesctl login"},
		{"servr", "x", `unknown setting "servr"`, "Did you mean server?"},
		{"colour", "x", `unknown setting "colour"`, "One of: server, ca-file"},
	} {
		profile := config.Profile{Server: "http://old/api"}
		err := assign(&profile, tc[0], tc[1])
		require.ErrorContains(t, err, tc[2])
		require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
		var explained *cli.Error
		require.ErrorAs(t, err, &explained)
		require.Contains(t, explained.Hint, tc[3])
		require.NotContains(t, err.Error()+explained.Hint, "canary")
		require.Equal(t, config.Profile{Server: "http://old/api"}, profile, "nothing is changed")
	}
}

func TestSettingsShowNoSecret(t *testing.T) {
	set := func(value string) config.Setting { return config.Setting{Value: value, Source: "test"} }
	shown := settings(config.Settings{Server: set("http://x/api"), Key: set("k"), Secret: set("canary-s"), Token: set("canary-t")})
	require.Equal(t, []setting{{"server", "http://x/api", "test"}, {"key", "k", "test"}, {"secret", "***", "test"}, {"token", "***", "test"}}, shown)
}
