package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"

	"github.com/spf13/viper"

	"github.com/orkesctl/orkesctl/internal/file"
	"github.com/orkesctl/orkesctl/internal/manifest"
)

// DevProfile is the built-in profile: the development server that runs on this machine.
const DevProfile = "dev"

// Profile is a named server with the identity used there. The secret is kept apart (see Secrets).
type Profile struct {
	Server      string `json:"server,omitempty" mapstructure:"server"`
	Key         string `json:"key,omitempty" mapstructure:"key"`
	SecretIn    string `json:"secret-in,omitempty" mapstructure:"secret-in"` // keyring or file
	CAFile      string `json:"ca-file,omitempty" mapstructure:"ca-file"`
	CertFile    string `json:"cert-file,omitempty" mapstructure:"cert-file"`
	KeyFile     string `json:"key-file,omitempty" mapstructure:"key-file"`
	DomainGrant string `json:"domain-grant,omitempty" mapstructure:"domain-grant"`
}

// Profiles is the content of the profiles file.
type Profiles struct {
	Current  string             `json:"current,omitempty" mapstructure:"current"`
	Profiles map[string]Profile `json:"profiles,omitempty" mapstructure:"profiles"`
}

var profileName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// CheckProfileName refuses names that the file cannot hold: lower-case letters, digits, - and _ only.
func CheckProfileName(name string) error {
	if !profileName.MatchString(name) {
		return fmt.Errorf("profile name %q: use lower-case letters, digits, - and _", name)
	}
	return nil
}

// Names lists the profiles, sorted.
func (p *Profiles) Names() []string {
	names := make([]string, 0, len(p.Profiles))
	for name := range p.Profiles {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Chosen is the profile that flag, environment or the file name, in this order; empty where none does. It need not exist. Asked
// is false where it is only the file's current one.
func (p *Profiles) Chosen(flags Flags, getenv func(string) string) (name string, asked bool) {
	for _, name := range []string{flags.Profile, strings.TrimSpace(getenv("ORKESCTL_PROFILE"))} {
		if name != "" {
			return name, true
		}
	}
	return p.Current, false
}

// LoadProfiles reads the profiles file. A missing file is an empty one.
func LoadProfiles(paths Paths) (*Profiles, error) {
	profiles := &Profiles{Profiles: map[string]Profile{}}
	if _, err := os.Stat(paths.ProfilesFile()); Missing(err) {
		return profiles, nil
	}
	reader := viper.NewWithOptions(viper.KeyDelimiter("::"))
	reader.SetConfigFile(paths.ProfilesFile())
	if err := reader.ReadInConfig(); err != nil {
		return nil, fmt.Errorf("read %s: %w", paths.ProfilesFile(), err)
	}
	// Key by key: viper's Unmarshal passes over a profile without settings.
	err := errors.Join(reader.UnmarshalKey("current", &profiles.Current), reader.UnmarshalKey("profiles", &profiles.Profiles))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", paths.ProfilesFile(), err)
	}
	if profiles.Profiles == nil {
		profiles.Profiles = map[string]Profile{}
	}
	return profiles, nil
}

// Save replaces the profiles file.
func (p *Profiles) Save(paths Paths) error {
	data, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode the profiles: %w", err)
	}
	if data, err = manifest.FromJSON(data); err != nil {
		return fmt.Errorf("encode the profiles: %w", err)
	}
	if err := makeDir(paths.Config); err != nil {
		return fmt.Errorf("make the settings folder: %w", err)
	}
	return file.WriteSecret(paths.ProfilesFile(), data)
}
