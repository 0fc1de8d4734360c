package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// maxSecret is the longest secret that is read from standard input, in bytes.
const maxSecret = 64 << 10

type defineOptions struct {
	secretStdin bool
	dryRun      bool
}

func newDefine(deps *cli.Deps) *cobra.Command {
	var opts defineOptions
	cmd := &cobra.Command{
		Use: "define [FILE|DIR|GLOB|-…]", Short: "Define webhooks from files or from standard input",
		Long: `Define webhooks on the server: create those that are missing, update those that differ, leave the others alone. A webhook is
known by its id where the file says one, else by its name. What it does, it does with your rights.

What requests are verified with (secretValue, the values of headers) is never shown. Leave secretValue out of the file and
give it with --secret-stdin; one that is not given, or is ***, stays as it is. The address: orkesctl webhook url NAME.`,
		Example: "orkesctl webhook define github.webhook.yaml --secret-stdin < secret.txt\norkesctl webhook define definitions/ --dry-run",
		Args:    cli.Args("[FILE…]"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDefine(cmd.Context(), deps, args, opts, cli.UsageHint(cmd))
		},
	}
	cmd.Flags().BoolVar(&opts.secretStdin, "secret-stdin", false, "read the secretValue of the one webhook from standard input")
	cli.BindDryRun(cmd, &opts.dryRun)
	return cmd
}

func runDefine(ctx context.Context, deps *cli.Deps, args []string, opts defineOptions, usage string) error {
	if opts.secretStdin && len(args) == 0 {
		return cli.Usage(usage, "--secret-stdin: standard input is the secret's, so the definition needs a file")
	}
	documents, err := define.Read(deps, define.Source{Kind: definition.KindWebhook, Args: args, Usage: usage})
	if err != nil {
		return err
	}
	if opts.secretStdin {
		if len(documents) != 1 {
			return cli.Usage(usage, "--secret-stdin: one webhook at a time, and here are %d", len(documents))
		}
		if err := addSecret(deps, documents[0]); err != nil {
			return err
		}
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	hooks, err := list(ctx, client)
	if err != nil {
		return err
	}
	return write(ctx, deps, client, hooks, documents, opts.dryRun)
}

// addSecret puts the secret from standard input into a definition.
func addSecret(deps *cli.Deps, document *manifest.Document) error {
	data, err := io.ReadAll(io.LimitReader(deps.Term.In, maxSecret+1))
	secret := strings.TrimRight(string(data), "\r\n")
	switch {
	case err != nil:
		return fmt.Errorf("--secret-stdin: %w", err)
	case secret == "":
		return cli.Usage("Example: --secret-stdin < secret.txt", "--secret-stdin: standard input is empty")
	case len(secret) > maxSecret:
		return cli.Usage("Example: --secret-stdin < secret.txt", "--secret-stdin: more than %d bytes", maxSecret)
	}
	document.Tree["secretValue"] = secret
	document.JSON, err = json.Marshal(document.Tree)
	return err
}

// write makes and changes webhooks one by one: there is no route for many.
func write(ctx context.Context, deps *cli.Deps, client *conductor.Client, hooks []hook, documents []*manifest.Document, dryRun bool) error {
	changes := make([]render.Change, 0, len(documents))
	ids := make([]string, len(documents))
	for i, document := range documents {
		change, id, err := compare(hooks, document)
		if err != nil {
			return err
		}
		if dryRun {
			change.Word = define.Would(change.Action)
		}
		changes, ids[i] = append(changes, change), id
	}
	if dryRun {
		return deps.Printer().Changes(changes)
	}
	return deps.ChangeAll("write", false, changes, func(i int) error {
		var err error
		if ids[i] == "" {
			_, err = client.Webhooks.Create(ctx, documents[i].JSON)
		} else {
			_, err = client.Webhooks.Update(ctx, ids[i], keeping(documents[i]))
		}
		return cli.Needs(err, "Writing webhooks needs the role METADATA_API, METADATA_MANAGER or ADMIN.")
	})
}

// compare says what writing a document changes, and the id of the webhook that it changes.
func compare(hooks []hook, document *manifest.Document) (change render.Change, id string, err error) {
	change = render.Change{Kind: kind, ID: document.Name(), Action: render.Created, Detail: document.File}
	given, _ := document.Tree["id"].(string)
	var old *hook
	for i := range hooks {
		if given != "" && hooks[i].Value.ID != given || given == "" && hooks[i].Value.Name != document.Name() {
			continue
		}
		if old != nil {
			return change, "", cli.Failed("Say in the file which one is meant: id: ID", "%d webhooks have the name %q", 2, document.Name())
		}
		old = &hooks[i]
	}
	if old == nil {
		return change, "", nil
	}
	var have map[string]any
	if err := conductor.Decode(old.Raw, &have); err != nil {
		return change, "", fmt.Errorf("read the server's webhook %s: %w", document.Name(), err)
	}
	fields := reconcile.Webhooks(have, document.Tree)
	change.Action, change.Detail = render.Unchanged, ""
	if len(fields) > 0 {
		change.Action, change.Detail = render.Updated, define.Describe(fields)
	}
	return change, old.Value.ID, nil
}

// keeping is a definition that keeps a secret that it does not give.
func keeping(document *manifest.Document) json.RawMessage {
	if _, given := document.Tree["secretValue"]; given {
		return document.JSON
	}
	tree := maps.Clone(document.Tree)
	tree["secretValue"] = conductor.MaskedSecret
	data, err := json.Marshal(tree)
	if err != nil {
		return document.JSON // it came from JSON
	}
	return data
}

// masked is a webhook without the values that requests are verified with, whatever the server shows of them.
func masked(found hook) hook {
	var tree map[string]any
	if conductor.Decode(found.Raw, &tree) != nil {
		return found
	}
	if tree["secretValue"] != nil {
		tree["secretValue"] = conductor.MaskedSecret
	}
	if headers, isObject := tree["headers"].(map[string]any); isObject {
		for name := range headers {
			headers[name] = conductor.MaskedSecret
		}
	}
	if data, err := json.Marshal(tree); err == nil {
		found.Raw = data
	}
	return found
}

func newDelete(deps *cli.Deps) *cobra.Command {
	return cli.Deleting{
		Argument: "NAME|ID…", Short: "Delete webhooks: their addresses are unknown from then on", Example: "orkesctl webhook delete github",
		Kind: kind, Noun: "webhook", Names: completeNames(deps),
		Find: func(ctx context.Context, client *conductor.Client, name string) (cli.Found, error) {
			found, err := find(ctx, client, name, "delete")
			return cli.Found{Name: found.Value.Name, ID: found.Value.ID}, err
		},
		Delete: func(ctx context.Context, client *conductor.Client, f cli.Found) error {
			return client.Webhooks.Delete(ctx, f.ID)
		},
	}.Command(deps)
}
