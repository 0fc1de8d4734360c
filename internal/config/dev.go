package config

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"github.com/orkesctl/orkesctl/internal/file"
)

// Dev says where the development server of this machine listens, and how to be its administrator.
type Dev struct {
	URL    string `json:"url"`
	Key    string `json:"key"`
	Secret string `json:"secret"`
	PID    int    `json:"pid"`
	Flavor string `json:"flavor"`
}

// DevKey is the identity of the development server's administrator and the key that signs its tokens: made at the first
// start and kept, so that keys and tokens survive a restart.
type DevKey struct {
	Key     string `json:"key"`
	Secret  string `json:"secret"`
	Signing []byte `json:"signing"`
}

// ReadDev returns what the development server left behind, running or not; nil where it left nothing.
func ReadDev(paths Paths) (*Dev, error) {
	dev := &Dev{}
	found, err := readJSON(paths.devFile(), dev)
	if !found || err != nil {
		return nil, err
	}
	return dev, nil
}

// RunningDev returns the development server where its process is alive, else nil.
func RunningDev(paths Paths) (*Dev, error) {
	dev, err := ReadDev(paths)
	if err != nil || dev == nil || !Alive(dev.PID) {
		return nil, err
	}
	return dev, nil
}

// WriteDev records a running development server.
func WriteDev(paths Paths, dev Dev) error { return writeJSON(paths, paths.devFile(), dev) }

// ForgetDev removes the record of the server with the given process id; another server's record stays.
func ForgetDev(paths Paths, pid int) error {
	dev, err := ReadDev(paths)
	if err != nil || dev == nil || dev.PID != pid {
		return err
	}
	return os.Remove(paths.devFile())
}

// LoadDevKey returns the administrator's key, made and saved with mode 0600 the first time. Where it cannot be saved, the key
// is returned beside the error, and lives as long as the server.
func LoadDevKey(paths Paths, getenv func(string) string) (DevKey, error) {
	key := DevKey{}
	found, err := readJSON(paths.devKeyFile(), &key)
	if err != nil {
		return DevKey{}, err
	}
	if !found || key.Key == "" || key.Secret == "" || len(key.Signing) == 0 {
		key = DevKey{Key: randomHex(16), Secret: randomHex(32), Signing: randomBytes(32)}
		err = writeJSON(paths, paths.devKeyFile(), key)
	}
	if id, secret := getenv("ORKESCTL_DEV_KEY"), getenv("ORKESCTL_DEV_SECRET"); id != "" && secret != "" {
		key.Key, key.Secret = id, secret
	}
	return key, err
}

// randomBytes cannot fail: crypto/rand ends the program where the system has no randomness.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func randomHex(n int) string { return hex.EncodeToString(randomBytes(n)) }

func readJSON(path string, v any) (found bool, err error) {
	data, err := os.ReadFile(path) //nolint:gosec // a fixed name in the program's own folder
	if Missing(err) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", path, err)
	}
	return true, nil
}

func writeJSON(paths Paths, path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	if err := makeDir(paths.State); err != nil {
		return fmt.Errorf("make the state folder: %w", err)
	}
	return file.WriteSecret(path, data)
}
