package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"github.com/orkesctl/orkesctl/internal/config"
)

// withKeyring is the environment of a session in which there is a keyring.
var withKeyring = map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}

func secretsFile(paths config.Paths) string { return filepath.Join(paths.Config, "secrets.json") }

func TestSecretsInTheFile(t *testing.T) {
	keyring.MockInit()
	paths := home(t)
	secrets := config.NewSecrets(paths, env(map[string]string{"ORKESCTL_KEYRING": "off", "DBUS_SESSION_BUS_ADDRESS": "x"}))
	for profile, secret := range map[string]string{"a": "s1 <&> \"é\"", "b": "s2"} {
		where, err := secrets.Store(profile, secret)
		require.NoError(t, err)
		require.Equal(t, config.InFile, where)
		got, err := secrets.Load(profile, where)
		require.NoError(t, err)
		require.Equal(t, secret, got)
		_, err = keyring.Get("orkesctl", profile)
		require.ErrorIs(t, err, keyring.ErrNotFound)
	}
	requireMode(t, 0o600, secretsFile(paths))
	requireMode(t, 0o700, paths.Config)

	require.NoError(t, secrets.Delete("a", config.InFile))
	require.NoError(t, secrets.Delete("a", config.InFile), "a missing one is not an error")
	got, err := secrets.Load("a", config.InFile)
	require.NoError(t, err)
	require.Empty(t, got)
	got, err = secrets.Load("b", config.InFile)
	require.NoError(t, err)
	require.Equal(t, "s2", got)
	got, err = secrets.Load("b", "")
	require.NoError(t, err)
	require.Empty(t, got, "a profile without a secret")
}

func TestSecretsFileThatWasReadableByAll(t *testing.T) {
	paths := home(t)
	write(t, secretsFile(paths), `{"old":"s"}`)
	require.NoError(t, os.Chmod(secretsFile(paths), 0o644))
	_, err := config.NewSecrets(paths, env(nil)).Store("new", "s")
	if runtime.GOOS != "linux" {
		t.Skip("the system may have a keyring")
	}
	require.NoError(t, err)
	requireMode(t, 0o600, secretsFile(paths))
}

func TestSecretsInTheKeyring(t *testing.T) {
	keyring.MockInit()
	paths := home(t)
	write(t, secretsFile(paths), `{"a":"older","b":"other"}`)
	secrets := config.NewSecrets(paths, env(withKeyring))
	where, err := secrets.Store("a", "s1")
	require.NoError(t, err)
	require.Equal(t, config.InKeyring, where)
	got, err := secrets.Load("a", where)
	require.NoError(t, err)
	require.Equal(t, "s1", got)
	data, err := os.ReadFile(secretsFile(paths))
	require.NoError(t, err)
	require.JSONEq(t, `{"b":"other"}`, string(data), "the older secret is gone, the other stays")

	require.NoError(t, secrets.Delete("a", where))
	require.NoError(t, secrets.Delete("a", where))
	got, err = secrets.Load("a", where)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestSecretsWhereTheKeyringFails(t *testing.T) {
	keyring.MockInitWithError(errors.New("locked"))
	t.Cleanup(keyring.MockInit)
	secrets := config.NewSecrets(home(t), env(withKeyring))
	where, err := secrets.Store("a", "s1")
	require.NoError(t, err)
	require.Equal(t, config.InFile, where)
	_, err = secrets.Load("b", config.InKeyring)
	require.ErrorContains(t, err, "profile b from the keyring: locked")
	require.ErrorContains(t, secrets.Delete("b", config.InKeyring), "profile b from the keyring: locked")
}

func TestSecretInAKeyringThatIsOff(t *testing.T) {
	keyring.MockInit()
	paths := home(t)
	where, err := config.NewSecrets(paths, env(withKeyring)).Store("a", "s1")
	require.NoError(t, err)
	_, err = config.NewSecrets(paths, env(map[string]string{"ORKESCTL_KEYRING": "off"})).Load("a", where)
	require.ErrorContains(t, err, "the secret of profile a is in the keyring")
	require.ErrorContains(t, err, "orkesctl login --profile a")
}

func TestDamagedSecretsFileIsNamed(t *testing.T) {
	off := env(map[string]string{"ORKESCTL_KEYRING": "off"})
	for _, text := range []string{"", "{", "[]", `{"a":1}`, "a: hidden\n"} {
		paths := home(t)
		write(t, secretsFile(paths), text)
		secrets := config.NewSecrets(paths, off)
		_, err := secrets.Load("a", config.InFile)
		require.ErrorContains(t, err, "read "+secretsFile(paths)+": ", text)
		require.NotContains(t, err.Error(), "hidden")
		_, err = secrets.Store("a", "s")
		require.ErrorContains(t, err, secretsFile(paths))
		require.ErrorContains(t, secrets.Delete("a", config.InFile), secretsFile(paths))
		data, err := os.ReadFile(secretsFile(paths))
		require.NoError(t, err)
		require.Equal(t, text, string(data), "it is left as it is")
	}
	paths := home(t)
	write(t, secretsFile(paths), "null")
	_, err := config.NewSecrets(paths, off).Store("a", "s")
	require.NoError(t, err)
}

func TestSecretsInAHomeThatIsReadOnly(t *testing.T) {
	paths := home(t)
	dangling(t, paths.Config)
	_, err := config.NewSecrets(paths, env(map[string]string{"ORKESCTL_KEYRING": "off"})).Store("a", "hidden")
	require.ErrorContains(t, err, paths.Config)
	require.NotContains(t, err.Error(), "hidden")
}
