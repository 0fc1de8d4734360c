// Package session holds the commands by which a person says who they are.
package session

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
)

type loginOptions struct {
	key         string
	secretStdin bool
	dryRun      bool
}

// NewLogin returns the command `orkesctl login`.
func NewLogin(deps *cli.Deps) *cobra.Command {
	var opts loginOptions
	cmd := &cobra.Command{
		Use: "login", Short: "Store a server and your access key in a profile, after trying them",
		Long: `Store a server and your access key in a profile, after trying them, and make it the current one.

The secret is kept in the system's keyring, or in a file that only you can read where there is none. It is asked for, or read from
standard input with --secret-stdin; it is never an argument. Of a server without authentication (open-source Conductor) only the
address is stored.`,
		Example: "orkesctl login --profile prod --server https://conductor.example.com\norkesctl login --server URL --key KEY --secret-stdin < secret.txt",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runLogin(cmd.Context(), deps, opts) },
	}
	cmd.Flags().StringVar(&opts.key, "key", "", "the access key's `ID`")
	cmd.Flags().BoolVar(&opts.secretStdin, "secret-stdin", false, "read the secret from standard input")
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "try the key and the secret, store nothing")
	return cmd
}

func runLogin(ctx context.Context, deps *cli.Deps, opts loginOptions) error {
	profiles, paths, err := deps.Profiles()
	if err != nil {
		return err
	}
	name, err := profileName(deps, profiles)
	if err != nil {
		return err
	}
	var secret, who string
	profile := profiles.Profiles[name]
	if profile.Server, err = askServer(ctx, deps, profile); err != nil {
		return err
	}
	open, err := isOpen(ctx, deps, profile)
	if err != nil {
		return err
	}
	if open {
		profile.Key, who = "", profile.Server+", which has no authentication: only its address is stored"
	} else {
		if profile.Key, secret, err = askPair(ctx, deps, opts, profile); err != nil {
			return err
		}
		if who, err = verify(ctx, deps, profile, secret); err != nil {
			return err
		}
	}
	change := render.Change{Kind: "profile", ID: name, Action: render.Updated, Word: "signed in", Detail: who}
	if opts.dryRun {
		change.Word = "would sign in"
		return deps.Printer().Changes([]render.Change{change})
	}
	if err := store(deps, paths, profiles, name, profile, secret); err != nil {
		return err
	}
	return deps.Printer().Changes([]render.Change{change})
}

// profileName is the profile to write: the one that was asked for, else the current one. That of the development server cannot be
// written, and where it is only the current one another is meant.
func profileName(deps *cli.Deps, profiles *config.Profiles) (string, error) {
	name, asked := profiles.Chosen(deps.Globals.Settings, deps.Getenv)
	switch {
	case name == config.DevProfile && asked:
		return "", cli.Usage("Example: orkesctl login --profile prod", "the profile dev is the development server's, and needs no login")
	case name == "" || name == config.DevProfile:
		return "default", nil
	}
	if err := config.CheckProfileName(name); err != nil {
		return "", cli.Usage("Example: orkesctl login --profile prod", "%v", err)
	}
	return name, nil
}

// store writes the secret, then the profile, which becomes the current one.
func store(deps *cli.Deps, paths config.Paths, profiles *config.Profiles, name string, profile config.Profile, secret string) (err error) {
	secrets := config.NewSecrets(paths, deps.Getenv)
	if secret == "" {
		err, profile.SecretIn = secrets.Delete(name, profile.SecretIn), ""
	} else {
		profile.SecretIn, err = secrets.Store(name, secret)
	}
	if err != nil {
		return cli.Hint(err, "The key works, and was not stored. Another folder for it: set XDG_CONFIG_HOME")
	}
	profiles.Profiles[name], profiles.Current = profile, name
	if err := deps.SaveProfiles(profiles); err != nil {
		return err
	}
	if profile.SecretIn == config.InFile {
		deps.Note("There is no keyring here: the secret is in a file in %s that only you can read.", paths.Config)
	}
	return nil
}
