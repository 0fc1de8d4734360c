// Package identity finds out whom a project's worker is to the server. It is not the person who types: the worker's URL and key are
// in the project's .env (design §1).
package identity

import (
	"errors"
	"fmt"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Worker is whom a worker polls as: the key of the project's .env, else the person's own. Domain is where the project polls, as its
// .env and orkesctl.yaml say; empty where they say nothing.
type Worker struct {
	Settings config.Settings
	Domain   string
}

// Key names the key and its source: "the key 4f1c… from .env".
func (w Worker) Key() string {
	if w.Settings.Key.Value == "" {
		return "no key"
	}
	return fmt.Sprintf("the key %s from %s", w.Settings.Key.Value, w.Settings.Key.Source)
}

// Hint is what to do about an error that the worker got; empty where there is nothing to say.
func (w Worker) Hint(err error) string {
	var connect *conductor.ConnectError
	var protocol *conductor.ProtocolError
	switch {
	case conductor.IsUnauthenticated(err):
		return fmt.Sprintf("The server does not accept %s. A new one: orkesctl app key create --env-file .env", w.Key())
	case errors.As(err, &connect):
		return fmt.Sprintf("The URL is from %s. Start a server here: orkesctl dev start", w.Settings.Server.Source)
	case errors.As(err, &protocol):
		return fmt.Sprintf("The URL is from %s. The API is usually at a path that ends in /api", w.Settings.Server.Source)
	default:
		return ""
	}
}

// Find is the identity for the working folder; a line says where it is not the shell's.
func Find(deps *cli.Deps) (Worker, error) {
	p, err := deps.Project()
	if err != nil {
		return Worker{}, err
	}
	if p == nil {
		settings, err := deps.Settings()
		return Worker{Settings: settings}, err
	}
	who, err := Of(deps, p)
	key := who.Settings.Key
	if shell := deps.Getenv("CONDUCTOR_AUTH_KEY"); err == nil && key.Source == p.Env && shell != "" && key.Value != "" && shell != key.Value {
		deps.Note("note: the worker uses the key %s from %s, not your shell's", key.Value, p.Env)
	}
	return who, err
}

// Of reads the project's .env; where that has neither server nor key, the person's settings stand in.
func Of(deps *cli.Deps, p *project.Project) (Worker, error) {
	settings, settingsErr := deps.Settings()
	who := Worker{Settings: settings, Domain: p.Domain}
	values, err := project.ReadEnv(p.EnvFile())
	if err != nil {
		return who, err
	}
	if domain := values["CONDUCTOR_WORKER_DOMAIN"]; domain != "" {
		who.Domain = domain
	}
	url, key := values["CONDUCTOR_SERVER_URL"], values["CONDUCTOR_AUTH_KEY"]
	if key == "" && url == "" {
		return who, settingsErr
	}
	if url == "" && settingsErr != nil {
		return who, settingsErr
	}
	own := config.Settings{Server: settings.Server, CAFile: settings.CAFile, CertFile: settings.CertFile, KeyFile: settings.KeyFile}
	if url != "" {
		own.Server = config.Setting{Value: url, Source: p.Env}
	}
	own.Key, own.Secret = config.Setting{Value: key, Source: p.Env}, config.Setting{Value: values["CONDUCTOR_AUTH_SECRET"], Source: p.Env}
	who.Settings = own
	return who, nil
}
