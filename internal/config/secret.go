package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/zalando/go-keyring"

	"github.com/orkesctl/orkesctl/internal/file"
)

// Where a profile's secret is kept.
const (
	InKeyring = "keyring"
	InFile    = "file"
)

const keyringService = "orkesctl"

// Secrets keeps one secret per profile: in the system's keyring, or in a file of mode 0600 where there is none.
type Secrets struct {
	paths      Paths
	hasKeyring bool
}

// NewSecrets looks whether there is a keyring to be used. On Linux that takes a session bus; ORKESCTL_KEYRING=off says no.
func NewSecrets(paths Paths, getenv func(string) string) *Secrets {
	has := getenv("ORKESCTL_KEYRING") != "off"
	if runtime.GOOS == "linux" {
		has = has && getenv("DBUS_SESSION_BUS_ADDRESS") != ""
	}
	return &Secrets{paths: paths, hasKeyring: has}
}

// Store keeps a profile's secret and says where: InKeyring or InFile.
func (s *Secrets) Store(profile, secret string) (where string, err error) {
	if s.hasKeyring && keyring.Set(keyringService, profile, secret) == nil {
		_ = s.Delete(profile, InFile) // an older secret, from before there was a keyring
		return InKeyring, nil
	}
	all, err := s.readFile()
	if err != nil {
		return "", err
	}
	all[profile] = secret
	return InFile, s.writeFile(all)
}

// Load returns a profile's secret from the place where it was stored; empty where there is none.
func (s *Secrets) Load(profile, where string) (string, error) {
	switch where {
	case InKeyring:
		if !s.hasKeyring {
			return "", fmt.Errorf("the secret of profile %s is in the keyring, which cannot be used here: it is off, or there is no session. "+
				"Keep it in a file: orkesctl login --profile %s", profile, profile)
		}
		secret, err := keyring.Get(keyringService, profile)
		if errors.Is(err, keyring.ErrNotFound) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("read the secret of profile %s from the keyring: %w", profile, err)
		}
		return secret, nil
	case InFile:
		all, err := s.readFile()
		return all[profile], err
	default:
		return "", nil
	}
}

// Delete forgets a profile's secret, wherever it is. A missing one is not an error.
func (s *Secrets) Delete(profile, where string) error {
	if where == InKeyring {
		if err := keyring.Delete(keyringService, profile); err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return fmt.Errorf("remove the secret of profile %s from the keyring: %w", profile, err)
		}
		return nil
	}
	all, err := s.readFile()
	if err != nil || all[profile] == "" {
		return err
	}
	delete(all, profile)
	return s.writeFile(all)
}

func (s *Secrets) readFile() (map[string]string, error) {
	all := map[string]string{}
	data, err := os.ReadFile(s.paths.secretsFile())
	if Missing(err) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.paths.secretsFile(), err)
	}
	if all == nil { // the file says null
		all = map[string]string{}
	}
	return all, nil
}

func (s *Secrets) writeFile(all map[string]string) error {
	data, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("encode the secrets: %w", err)
	}
	if err := makeDir(s.paths.Config); err != nil {
		return fmt.Errorf("make the settings folder: %w", err)
	}
	return file.WriteSecret(s.paths.secretsFile(), data)
}
