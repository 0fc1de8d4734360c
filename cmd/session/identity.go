package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxSecret bounds what is read as a secret: 4 KiB.
const maxSecret = 4 << 10

// askServer returns the server's URL in its normal form; --server answers the question.
func askServer(ctx context.Context, deps *cli.Deps, profile config.Profile) (string, error) {
	server := deps.Globals.Settings.Server
	if server == "" {
		preset := profile.Server
		if preset == "" {
			preset = deps.Getenv("CONDUCTOR_SERVER_URL")
		}
		var err error
		if server, err = deps.Term.Ask(ctx, "Server URL", preset); err != nil {
			return "", cannotAsk(err, "--server URL")
		}
	}
	normal, err := conductor.NormalizeURL(server)
	if err != nil {
		return "", cli.Usage("Example: --server https://conductor.example.com", "server: %v", err)
	}
	return normal, nil
}

// isOpen reports whether the server has no authentication, so that there is no key to ask for.
func isOpen(ctx context.Context, deps *cli.Deps, profile config.Profile) (bool, error) {
	client, err := deps.NewClient(settings(deps, profile, ""))
	if err != nil {
		return false, err
	}
	kind, err := client.Server.Kind(ctx)
	if ctx.Err() != nil {
		return false, err
	}
	if err != nil {
		return false, cli.Hint(err, "Nothing was stored. Is %s the server's address? The console's may be another. Try it: orkesctl version --server URL",
			profile.Server)
	}
	return kind == conductor.KindOSS, nil
}

// askPair returns key and secret. What flags and standard input give is not asked for.
func askPair(ctx context.Context, deps *cli.Deps, opts loginOptions, profile config.Profile) (key, secret string, err error) {
	if key = opts.key; key == "" {
		if key, err = deps.Term.Ask(ctx, "Access key", profile.Key); err != nil {
			return "", "", cannotAsk(err, "--key KEY")
		}
	}
	if key = strings.TrimSpace(key); key == "" {
		return "", "", cli.Usage("Make one in the console, or: orkesctl app key create", "an access key is needed")
	}
	if opts.secretStdin {
		data, err := io.ReadAll(io.LimitReader(deps.Term.In, maxSecret))
		if err != nil {
			return "", "", fmt.Errorf("read the secret from standard input: %w", err)
		}
		secret = strings.TrimSpace(string(data))
	} else if secret, err = deps.Term.AskSecret(ctx, "Secret"); err != nil {
		return "", "", cannotAsk(err, "--secret-stdin")
	}
	if secret == "" {
		return "", "", cli.Usage("It is shown when the key is created, and only then.", "the secret is empty")
	}
	return key, secret, nil
}

// cannotAsk names the flag that answers a question. Who left the question with Ctrl-C knows what they did.
func cannotAsk(err error, flag string) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return cli.Hint(err, "Give it instead: %s", flag)
}

// settings are those of a profile that is not stored yet, with the certificates that the environment names.
func settings(deps *cli.Deps, profile config.Profile, secret string) config.Settings {
	file := func(name, stored string) config.Setting {
		if value := deps.Getenv(name); value != "" {
			stored = value
		}
		return config.Setting{Value: stored}
	}
	s := config.Settings{
		Server: config.Setting{Value: profile.Server}, CAFile: file("ORKESCTL_CA_FILE", profile.CAFile),
		CertFile: file("ORKESCTL_CERT_FILE", profile.CertFile), KeyFile: file("ORKESCTL_KEY_FILE", profile.KeyFile),
	}
	if secret != "" {
		s.Key, s.Secret = config.Setting{Value: profile.Key}, config.Setting{Value: secret}
	}
	return s
}

// verify fetches a token and asks who it is for.
func verify(ctx context.Context, deps *cli.Deps, profile config.Profile, secret string) (string, error) {
	client, err := deps.NewClient(settings(deps, profile, secret))
	if err != nil {
		return "", err
	}
	_, err = client.Token.Mint(ctx)
	var refused *conductor.AuthError
	if errors.As(err, &refused) && conductor.IsUnauthenticated(err) {
		return "", cli.Hint(err, "Nothing was stored. Check the key and the secret; an inactive key is refused too.")
	}
	if err != nil {
		return "", fmt.Errorf("nothing was stored: %w", err)
	}
	user, err := client.Token.UserInfo(ctx)
	if err != nil {
		return "", fmt.Errorf("nothing was stored: %w", err)
	}
	return "to " + profile.Server + " as " + user.Value.Name, nil
}
