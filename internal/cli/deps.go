// Package cli is what the commands share: their dependencies, the global flags, argument checks, and the one place that turns
// an error into a message and an exit code.
package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Globals are the flags that every command has.
type Globals struct {
	Settings config.Flags
	Format   render.Format
	Debug    bool
	Yes      bool
	NoInput  bool
}

// Deps is what a command may use. Everything that costs something is made on first use and kept: a command that needs no
// server builds no client.
type Deps struct {
	Term    *term.Term
	Getenv  func(string) string
	Environ func() []string // all of what Getenv finds, as NAME=value; nil is none
	Dir     string          // the working folder, absolute
	Args    []string        // the command line as it was typed, without the program's name; see Again
	Now     func() time.Time
	Version string
	Globals Globals
	Once    bool // each request is sent once: while a shell completes, and in tests

	settings func() (config.Settings, error)
	client   func() (*conductor.Client, error)
	project  func() (*project.Project, error)
	trace    func() func(conductor.Exchange) // one for all clients, so that their lines do not mix
}

// NewDeps wires a command's dependencies. getenv is the only way in which a command sees the environment.
func NewDeps(t *term.Term, getenv func(string) string, dir, version string) *Deps {
	d := &Deps{Term: t, Getenv: getenv, Dir: dir, Now: time.Now, Version: version}
	d.settings = sync.OnceValues(d.resolve)
	d.client = sync.OnceValues(d.connect)
	d.trace = sync.OnceValue(func() func(conductor.Exchange) { return traceTo(d.Term.Err) })
	d.project = sync.OnceValues(func() (*project.Project, error) { return project.Find(d.Dir) })
	return d
}

// Paths returns the program's folders.
func (d *Deps) Paths() (config.Paths, error) { return config.FindPaths(d.Getenv) }

// Settings returns the settings of the person who runs the command.
func (d *Deps) Settings() (config.Settings, error) { return d.settings() }

// Profiles reads the profiles file, and says which folders there are.
func (d *Deps) Profiles() (*config.Profiles, config.Paths, error) {
	paths, err := d.Paths()
	if err != nil {
		return nil, paths, err
	}
	profiles, err := config.LoadProfiles(paths)
	return profiles, paths, err
}

// SaveProfiles replaces the profiles file.
func (d *Deps) SaveProfiles(profiles *config.Profiles) error {
	paths, err := d.Paths()
	if err != nil {
		return err
	}
	return Hint(profiles.Save(paths), "Where it is kept says: orkesctl config path. Another folder: set XDG_CONFIG_HOME")
}

// Client returns the client for the person's settings.
func (d *Deps) Client() (*conductor.Client, error) { return d.client() }

// Project returns the project that the working folder belongs to, nil where there is none.
func (d *Deps) Project() (*project.Project, error) { return d.project() }

// Relative shortens a path below the working folder for people to read; others stay as they are.
func (d *Deps) Relative(path string) string {
	short, err := filepath.Rel(d.Dir, path)
	if err != nil || !filepath.IsAbs(path) || short == ".." || strings.HasPrefix(short, ".."+string(filepath.Separator)) {
		return path
	}
	return short
}

// Absolute is a path that a person gave, seen from the working folder.
func (d *Deps) Absolute(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(d.Dir, path)
}

// Printer returns where the command's result goes.
func (d *Deps) Printer() render.Printer {
	return render.Printer{Term: d.Term, Format: d.Globals.Format, Now: d.Now}
}

// Note writes a line for people to standard error.
func (d *Deps) Note(format string, args ...any) { d.Printer().Note(format, args...) }

func (d *Deps) resolve() (config.Settings, error) {
	paths, err := d.Paths()
	if err != nil {
		return config.Settings{}, err
	}
	settings, err := config.Resolve(config.Sources{
		Getenv: d.Getenv, Flags: d.Globals.Settings, Paths: paths, Secrets: config.NewSecrets(paths, d.Getenv),
	})
	if err != nil {
		return settings, settingsError(err)
	}
	if settings.Dev {
		d.Note("using the development server at %s (nothing else is configured)", settings.Server.Value)
	}
	return settings, nil
}

func (d *Deps) connect() (*conductor.Client, error) {
	settings, err := d.Settings()
	if err != nil {
		return nil, err
	}
	return d.NewClient(settings)
}

// NewClient returns a client for the given settings, which need not be the person's own. Further options come last.
func (d *Deps) NewClient(s config.Settings, more ...conductor.Option) (*conductor.Client, error) {
	opts := []conductor.Option{
		conductor.WithUserAgent("orkesctl/" + d.Version),
		conductor.WithNotice(func(message string) { d.Note("note: %s", message) }),
	}
	switch {
	case s.Token.Value != "":
		opts = append(opts, conductor.WithToken(s.Token.Value))
	case s.Key.Value != "":
		opts = append(opts, conductor.WithCredentials(s.Key.Value, s.Secret.Value))
	}
	if s.CAFile.Value != "" || s.CertFile.Value != "" {
		opts = append(opts, conductor.WithTLS(conductor.TLSFiles{
			CA: s.CAFile.Value, Cert: s.CertFile.Value, Key: s.KeyFile.Value,
		}))
	}
	if d.Once {
		opts = append(opts, conductor.WithRetry(conductor.RetryPolicy{Attempts: 1}))
	}
	if d.Globals.Debug {
		opts = append(opts, conductor.WithTrace(d.trace()))
	}
	client, err := conductor.New(s.Server.Value, append(opts, more...)...)
	if err != nil {
		return nil, &Error{Err: fmt.Errorf("set up the connection to %s: %w", s.Server.Value, err)}
	}
	return client, nil
}

// traceTo prints each exchange as --debug shows it; the client has masked every secret in it.
func traceTo(w io.Writer) func(conductor.Exchange) {
	var mu sync.Mutex
	return func(e conductor.Exchange) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = fmt.Fprint(w, e.String())
	}
}
