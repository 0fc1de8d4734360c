// Package session holds the commands by which a person says who they are.
package session

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxSecret bounds what is read as a secret: 4 KiB.
const maxSecret = 4 << 10

type loginOptions struct {
	key         string
	secretStdin bool
}

// NewLogin returns the command `orkesctl login`.
func NewLogin(deps *cli.Deps) *cobra.Command {
	var opts loginOptions
	cmd := &cobra.Command{
		Use: "login", Short: "Store a server and your access key in a profile, after trying them",
		Long: `Store a server and your access key in a profile, after trying them, and make it the current one.

The secret is kept in the system's keyring, or in a file that only you can read where there is none. It is asked for, or read from
standard input with --secret-stdin; it is never an argument.`,
		Example: "orkesctl login --profile prod --server https://conductor.example.com\norkesctl login --server URL --key KEY --secret-stdin < secret.txt",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runLogin(cmd.Context(), deps, opts) },
	}
	cmd.Flags().StringVar(&opts.key, "key", "", "the access key's `ID`")
	cmd.Flags().BoolVar(&opts.secretStdin, "secret-stdin", false, "read the secret from standard input")
	return cmd
}

func runLogin(ctx context.Context, deps *cli.Deps, opts loginOptions) error {
	name := deps.Globals.Settings.Profile
	if name == "" {
		name = "default"
	}
	if err := config.CheckProfileName(name); err != nil {
		return cli.Usage("Example: orkesctl login --profile prod", "%v", err)
	}
	if name == config.DevProfile {
		return cli.Usage("Example: orkesctl login --profile prod", "the profile dev is the development server's, and needs no login")
	}
	paths, err := deps.Paths()
	if err != nil {
		return err
	}
	profiles, err := config.LoadProfiles(paths)
	if err != nil {
		return err
	}
	profile := profiles.Profiles[name]
	secret, err := ask(ctx, deps, opts, &profile)
	if err != nil {
		return err
	}
	who, err := verify(ctx, deps, profile, secret)
	if err != nil {
		return err
	}
	if profile.SecretIn, err = config.NewSecrets(paths, deps.Getenv).Store(name, secret); err != nil {
		return err
	}
	profiles.Profiles[name], profiles.Current = profile, name
	if err := profiles.Save(paths); err != nil {
		return err
	}
	if profile.SecretIn == config.InFile {
		deps.Note("There is no keyring here: the secret is in a file in %s that only you can read.", paths.Config)
	}
	return deps.Printer().Changes([]render.Change{{Kind: "profile", ID: name, Action: render.Updated, Word: "signed in", Detail: who}})
}

// ask completes the profile and returns the secret. What flags and standard input give is not asked for.
func ask(ctx context.Context, deps *cli.Deps, opts loginOptions, profile *config.Profile) (secret string, err error) {
	server := deps.Globals.Settings.Server
	if server == "" {
		preset := profile.Server
		if preset == "" {
			preset = deps.Getenv("CONDUCTOR_SERVER_URL")
		}
		if server, err = deps.Term.Ask(ctx, "Server URL", preset); err != nil {
			return "", cannotAsk(err, "--server URL")
		}
	}
	if profile.Server, err = conductor.NormalizeURL(server); err != nil {
		return "", cli.Usage("Example: --server https://conductor.example.com", "server %q: %v", server, err)
	}
	key := opts.key
	if key == "" {
		if key, err = deps.Term.Ask(ctx, "Access key", profile.Key); err != nil {
			return "", cannotAsk(err, "--key KEY")
		}
	}
	if profile.Key = strings.TrimSpace(key); profile.Key == "" {
		return "", cli.Usage("Make one in the console, or: orkesctl app key create", "an access key is needed")
	}
	if opts.secretStdin {
		data, err := io.ReadAll(io.LimitReader(deps.Term.In, maxSecret))
		if err != nil {
			return "", err
		}
		secret = strings.TrimSpace(string(data))
	} else if secret, err = deps.Term.AskSecret(ctx, "Secret"); err != nil {
		return "", cannotAsk(err, "--secret-stdin")
	}
	if secret == "" {
		return "", cli.Usage("It is shown when the key is created, and only then.", "the secret is empty")
	}
	return secret, nil
}

func cannotAsk(err error, flag string) error {
	return cli.Hint(err, "Give it instead: %s", flag)
}

// verify fetches a token and asks who it is for.
func verify(ctx context.Context, deps *cli.Deps, profile config.Profile, secret string) (string, error) {
	client, err := deps.NewClient(config.Settings{
		Server: config.Setting{Value: profile.Server}, Key: config.Setting{Value: profile.Key}, Secret: config.Setting{Value: secret},
		CAFile: config.Setting{Value: profile.CAFile}, CertFile: config.Setting{Value: profile.CertFile}, KeyFile: config.Setting{Value: profile.KeyFile},
	})
	if err != nil {
		return "", err
	}
	token, err := client.Token.Mint(ctx)
	var refused *conductor.AuthError
	if errors.As(err, &refused) && conductor.IsUnauthenticated(err) {
		return "", cli.Hint(err, "Nothing was stored. Check the key and the secret; an inactive key is refused too.")
	}
	if err != nil {
		return "", err
	}
	if token == "" {
		return profile.Server + ", which has no authentication", nil
	}
	user, err := client.Token.UserInfo(ctx)
	if err != nil {
		return "", err
	}
	return "to " + profile.Server + " as " + user.Value.Name, nil
}
