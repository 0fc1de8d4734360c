package config_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/config"
)

// gone is a process id that no system gives away.
const gone = math.MaxInt32

func TestDevServerIsRemembered(t *testing.T) {
	paths := home(t)
	for _, read := range []func(config.Paths) (*config.Dev, error){config.ReadDev, config.RunningDev} {
		dev, err := read(paths)
		require.NoError(t, err)
		require.Nil(t, dev)
	}
	require.NoError(t, config.ForgetDev(paths, 1))

	want := config.Dev{URL: "http://localhost:8080/api", Key: "k", Secret: "s", PID: os.Getpid(), Flavor: "orkes"}
	require.NoError(t, config.WriteDev(paths, want))
	file := filepath.Join(paths.State, "dev.json")
	requireMode(t, 0o600, file)
	requireMode(t, 0o700, paths.State)
	for _, read := range []func(config.Paths) (*config.Dev, error){config.ReadDev, config.RunningDev} {
		dev, err := read(paths)
		require.NoError(t, err)
		require.Equal(t, &want, dev)
	}

	require.NoError(t, config.ForgetDev(paths, gone), "another server's")
	require.FileExists(t, file)
	require.NoError(t, config.ForgetDev(paths, want.PID))
	require.NoFileExists(t, file)
}

func TestDevServerThatDiedDoesNotRun(t *testing.T) {
	paths := home(t)
	for _, pid := range []int{gone, 0, -1} {
		require.NoError(t, config.WriteDev(paths, config.Dev{URL: "http://h", PID: pid}))
		dev, err := config.RunningDev(paths)
		require.NoError(t, err)
		require.Nil(t, dev, pid)
		dev, err = config.ReadDev(paths)
		require.NoError(t, err)
		require.Equal(t, pid, dev.PID)
	}
}

func TestAlive(t *testing.T) {
	require.True(t, config.Alive(os.Getpid()))
	require.True(t, config.Alive(os.Getppid()))
	for _, pid := range []int{0, -1, -os.Getpid(), gone} {
		require.False(t, config.Alive(pid), pid)
	}
}

func TestDamagedDevStateIsNamed(t *testing.T) {
	paths := home(t)
	file := filepath.Join(paths.State, "dev.json")
	for _, text := range []string{"", "{", "[]", `{"pid":"x"}`} {
		write(t, file, text)
		for _, read := range []func(config.Paths) (*config.Dev, error){config.ReadDev, config.RunningDev} {
			dev, err := read(paths)
			require.ErrorContains(t, err, "read "+file+": ", text)
			require.Nil(t, dev)
		}
		require.ErrorContains(t, config.ForgetDev(paths, 1), file)
		_, err := config.Resolve(sources(paths, nil, config.Flags{}))
		require.ErrorContains(t, err, file)
	}
}

func TestDevKeyIsMadeOnce(t *testing.T) {
	paths, other := home(t), home(t)
	key, err := config.LoadDevKey(paths, env(nil))
	require.NoError(t, err)
	require.Len(t, key.Key, 32)
	require.Len(t, key.Secret, 64)
	require.Len(t, key.Signing, 32)
	requireMode(t, 0o600, filepath.Join(paths.State, "dev-key.json"))

	again, err := config.LoadDevKey(paths, env(nil))
	require.NoError(t, err)
	require.Equal(t, key, again, "tokens survive a restart")
	elsewhere, err := config.LoadDevKey(other, env(nil))
	require.NoError(t, err)
	require.NotEqual(t, key.Secret, elsewhere.Secret)
	require.NotEqual(t, key.Signing, elsewhere.Signing)
}

func TestDevKeyFromTheEnvironment(t *testing.T) {
	paths := home(t)
	kept, err := config.LoadDevKey(paths, env(nil))
	require.NoError(t, err)
	key, err := config.LoadDevKey(paths, env(map[string]string{"ORKESCTL_DEV_KEY": "mine", "ORKESCTL_DEV_SECRET": "secret"}))
	require.NoError(t, err)
	require.Equal(t, config.DevKey{Key: "mine", Secret: "secret", Signing: kept.Signing}, key)
	key, err = config.LoadDevKey(paths, env(map[string]string{"ORKESCTL_DEV_KEY": "mine"}))
	require.NoError(t, err)
	require.Equal(t, kept, key, "half a pair is none, and nothing of it was kept")
}

func TestDevKeyWhereItCannotBeKept(t *testing.T) {
	paths := home(t)
	dangling(t, paths.State)
	key, err := config.LoadDevKey(paths, env(nil))
	require.ErrorContains(t, err, "make the state folder: ")
	require.Len(t, key.Key, 32)
	require.Len(t, key.Signing, 32)
	require.ErrorContains(t, config.WriteDev(paths, config.Dev{}), paths.State)
}

func TestDamagedDevKey(t *testing.T) {
	paths := home(t)
	file := filepath.Join(paths.State, "dev-key.json")
	for _, text := range []string{"", "{", `{"key":"k","secret":"s","signing":"%"}`, `{"key":"k","secret":1}`} {
		write(t, file, text)
		key, err := config.LoadDevKey(paths, env(nil))
		require.ErrorContains(t, err, "read "+file+": ", text)
		require.Zero(t, key, "half a key is none")
	}
	for _, text := range []string{"{}", "null", `{"key":"k","secret":"s"}`, `{"signing":"AAAA"}`, `{"key":"k","signing":"AAAA"}`} {
		write(t, file, text)
		key, err := config.LoadDevKey(paths, env(nil))
		require.NoError(t, err, text)
		require.Len(t, key.Secret, 64, text)
	}
}
