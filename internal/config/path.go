// Package config finds a command's settings: flag over environment over profile over the running development server, each
// value with its source. It owns the profiles file, the secrets kept for it, and what the development server leaves behind.
package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Paths are the folders the program keeps its files in.
type Paths struct {
	Config string // profiles and, where there is no keyring, secrets
	State  string // the development server's key, its whereabouts and its log
}

// FindPaths follows the XDG variables, and the custom of each system where they are not set. It fails without a home folder.
func FindPaths(getenv func(string) string) (Paths, error) {
	home := getenv("HOME")
	if runtime.GOOS == "windows" {
		home = getenv("USERPROFILE")
	}
	configDir, stateDir := getenv("XDG_CONFIG_HOME"), getenv("XDG_STATE_HOME")
	if home == "" && (configDir == "" || stateDir == "") {
		return Paths{}, errors.New("no home folder: set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME")
	}
	if configDir == "" {
		configDir = defaultDir(getenv, home, ".config", "APPDATA")
	}
	if stateDir == "" {
		stateDir = defaultDir(getenv, home, filepath.Join(".local", "state"), "LOCALAPPDATA")
	}
	return Paths{Config: filepath.Join(configDir, "orkesctl"), State: filepath.Join(stateDir, "orkesctl")}, nil
}

func defaultDir(getenv func(string) string, home, unix, windows string) string {
	switch {
	case runtime.GOOS == "windows" && getenv(windows) != "":
		return getenv(windows)
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support")
	default:
		return filepath.Join(home, unix)
	}
}

// ProfilesFile is the file that holds the profiles.
func (p Paths) ProfilesFile() string { return filepath.Join(p.Config, "config.yaml") }

func (p Paths) secretsFile() string { return filepath.Join(p.Config, "secrets.json") }

func (p Paths) devFile() string { return filepath.Join(p.State, "dev.json") }

func (p Paths) devKeyFile() string { return filepath.Join(p.State, "dev-key.json") }

// DevLog is where a detached development server writes its log.
func (p Paths) DevLog() string { return filepath.Join(p.State, "dev.log") }

func makeDir(dir string) error { return os.MkdirAll(dir, 0o700) }

// Missing reports whether a file is not there: also where the folder that should hold it is none, as with HOME=/dev/null.
func Missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
