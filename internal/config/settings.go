package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// flavorOSS is the development server without access control: no key is sent there.
const flavorOSS = "oss"

// DefaultServer is where a command looks when nothing says otherwise: the port of `orkesctl dev start` and of Conductor.
const DefaultServer = "http://localhost:8080/api"

// Setting is a value with the place it came from, as `config show` prints it.
type Setting struct {
	Value  string
	Source string
}

// Settings is what a command needs to reach a server as somebody. Server ends in /api. Key and Secret are a pair from one source.
type Settings struct {
	Profile, Server, Key, Secret, Token, CAFile, CertFile, KeyFile, DomainGrant Setting
	// Dev is set where the development server is used because nothing else was configured.
	Dev bool
}

// Flags are the settings that can be given on the command line.
type Flags struct{ Server, Profile string }

// Sources is where Resolve looks.
type Sources struct {
	Getenv  func(string) string
	Flags   Flags
	Paths   Paths
	Secrets *Secrets
}

// UnknownProfileError names a profile that is not in the file.
type UnknownProfileError struct {
	Name  string
	Known []string
}

// Error names the profile and those there are.
func (e *UnknownProfileError) Error() string {
	known := "there are none yet"
	if len(e.Known) > 0 {
		known = "known: " + strings.Join(e.Known, ", ")
	}
	return fmt.Sprintf("no profile %q (%s)", e.Name, known)
}

// ErrNoDev is returned where the profile dev was asked for and no development server runs.
var ErrNoDev = errors.New("no development server runs on this machine")

// ErrHalfPair is returned where the environment holds a key without its secret, or a secret without its key.
var ErrHalfPair = errors.New("CONDUCTOR_AUTH_KEY and CONDUCTOR_AUTH_SECRET are a pair: only one of them is set")

// ServerURLError names the setting that is no server's URL. The value may hold a password, and is left out.
type ServerURLError struct {
	Source string
	Err    error
}

// Error names the source and what is wrong.
func (e *ServerURLError) Error() string {
	return fmt.Sprintf("the server's URL from %s: %v", e.Source, e.Err)
}

// Unwrap returns what is wrong.
func (e *ServerURLError) Unwrap() error { return e.Err }

type resolver struct {
	Sources
	profiles *Profiles
	dev      *Dev
	result   Settings
}

// Resolve finds each setting: flag, then environment, then profile, then the running development server.
func Resolve(src Sources) (Settings, error) {
	profiles, err := LoadProfiles(src.Paths)
	if err != nil {
		return Settings{}, err
	}
	dev, err := RunningDev(src.Paths)
	if err != nil {
		return Settings{}, err
	}
	r := &resolver{Sources: src, profiles: profiles, dev: dev}
	if err := r.chooseProfile(); err != nil {
		return Settings{}, err
	}
	if err := r.chooseServer(); err != nil {
		return Settings{}, err
	}
	if err := r.chooseIdentity(); err != nil {
		return Settings{}, err
	}
	r.chooseRest()
	return r.result, nil
}

func first(candidates ...Setting) Setting {
	for _, candidate := range candidates {
		if candidate.Value != "" {
			return candidate
		}
	}
	return Setting{}
}

func (r *resolver) env(name string) Setting { return Setting{strings.TrimSpace(r.Getenv(name)), name} }

func (r *resolver) chooseProfile() error {
	r.result.Profile = first(Setting{r.Flags.Profile, "--profile"}, r.env("ORKESCTL_PROFILE"),
		Setting{r.profiles.Current, r.Paths.ProfilesFile()})
	name := r.result.Profile.Value
	_, known := r.profiles.Profiles[name]
	switch {
	case name == "" || known:
		return nil
	case name != DevProfile:
		return &UnknownProfileError{Name: name, Known: append(r.profiles.Names(), DevProfile)}
	case r.dev == nil:
		return ErrNoDev
	}
	return nil
}

// profile returns the chosen profile; the built-in one is the running development server.
func (r *resolver) profile() (Profile, string) {
	name := r.result.Profile.Value
	if p, known := r.profiles.Profiles[name]; known {
		return p, "profile " + name
	}
	if name == DevProfile && r.dev != nil {
		p := Profile{Server: r.dev.URL, Key: r.dev.Key}
		if r.dev.Flavor == flavorOSS {
			p.Key = ""
		}
		return p, "profile " + DevProfile
	}
	return Profile{}, ""
}

func (r *resolver) chooseServer() error {
	p, source := r.profile()
	flagged := first(Setting{r.Flags.Server, "--server"})
	if r.Flags.Profile != "" && flagged.Value == "" { // a profile named on the command line outranks the environment
		flagged = Setting{p.Server, source}
	}
	chosen := first(flagged, r.env("CONDUCTOR_SERVER_URL"), Setting{p.Server, source})
	if chosen.Value == "" && r.dev != nil {
		chosen, r.result.Dev = Setting{r.dev.URL, "the running development server"}, true
	}
	if chosen.Value == "" {
		chosen = Setting{DefaultServer, "default"}
	}
	url, err := conductor.NormalizeURL(chosen.Value)
	if err != nil {
		return &ServerURLError{Source: chosen.Source, Err: err}
	}
	r.result.Server = Setting{url, chosen.Source}
	return nil
}

// same reports whether url is the chosen server: a profile's secret never goes to another one.
func (r *resolver) same(url string) bool {
	normal, err := conductor.NormalizeURL(url)
	return err == nil && normal == r.result.Server.Value
}

func (r *resolver) chooseIdentity() error {
	p, source := r.profile()
	envKey, envSecret, envToken := r.env("CONDUCTOR_AUTH_KEY"), r.env("CONDUCTOR_AUTH_SECRET"), r.env("CONDUCTOR_AUTH_TOKEN")
	profileFirst := r.Flags.Profile != "" && p.Key != "" && r.same(p.Server)
	switch {
	case profileFirst:
		return r.profileIdentity(p, source)
	case envToken.Value != "":
		r.result.Token = envToken
	case envKey.Value != "" && envSecret.Value != "":
		r.result.Key, r.result.Secret = envKey, envSecret
	case envKey.Value != "" || envSecret.Value != "":
		return ErrHalfPair
	case p.Key != "" && r.same(p.Server):
		return r.profileIdentity(p, source)
	case r.dev != nil && r.dev.Flavor != flavorOSS && r.same(r.dev.URL):
		source := "the running development server"
		r.result.Key, r.result.Secret = Setting{r.dev.Key, source}, Setting{r.dev.Secret, source}
	}
	return nil
}

func (r *resolver) profileIdentity(p Profile, source string) error {
	name := r.result.Profile.Value
	if _, known := r.profiles.Profiles[name]; !known && name == DevProfile {
		r.result.Key, r.result.Secret = Setting{r.dev.Key, source}, Setting{r.dev.Secret, source}
		return nil
	}
	secret, err := r.Secrets.Load(name, p.SecretIn)
	if err != nil {
		return err
	}
	if secret == "" {
		return fmt.Errorf("profile %s has the key %s and no secret: run orkesctl login --profile %s", name, p.Key, name)
	}
	r.result.Key, r.result.Secret = Setting{p.Key, source}, Setting{secret, source + ", " + p.SecretIn}
	return nil
}

func (r *resolver) chooseRest() {
	p, source := r.profile()
	r.result.CAFile = first(r.env("ORKESCTL_CA_FILE"), Setting{p.CAFile, source})
	r.result.CertFile = first(r.env("ORKESCTL_CERT_FILE"), Setting{p.CertFile, source})
	r.result.KeyFile = first(r.env("ORKESCTL_KEY_FILE"), Setting{p.KeyFile, source})
	r.result.DomainGrant = first(r.env("ORKESCTL_DOMAIN_GRANT"), Setting{p.DomainGrant, source})
}
