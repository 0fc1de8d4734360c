// Package webhook is the noun `webhook`: addresses that other systems call.
package webhook

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// kind is the noun in "webhook/NAME".
const kind = "webhook"

type hook = conductor.Document[conductor.Webhook]

// New returns the command `orkesctl webhook`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("webhook", "Webhooks: addresses that other systems call to start workflows or end their tasks (Orkes)",
		newDefine(deps),
		newList(deps),
		newGet(deps),
		newURL(deps),
		newHistory(deps),
		newDelete(deps),
	)
}

// noWebhooks explains a server that has none.
func noWebhooks(err error) error {
	if cli.LacksRoute(err) {
		return cli.NotFound("An Orkes server has them: orkesctl dev start", "this server has no webhooks: it is open-source Conductor")
	}
	return err
}

func list(ctx context.Context, client *conductor.Client) ([]hook, error) {
	hooks, err := client.Webhooks.List(ctx)
	return hooks, noWebhooks(err)
}

// find returns the webhook of a name or an id, or says which one may have been meant.
func find(ctx context.Context, client *conductor.Client, name, verb string) (hook, error) {
	hooks, err := list(ctx, client)
	if err != nil {
		return hook{}, err
	}
	var found []hook
	var names []string
	for _, one := range hooks {
		if one.Value.ID == name {
			return one, nil
		}
		if one.Value.Name == name {
			found = append(found, one)
		}
		names = append(names, one.Value.Name)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return hook{}, cli.NotFound(cli.Meant(kind, verb, name, names), "no webhook %q is defined", name)
	}
	return hook{}, cli.Failed("Say the id of the one that you mean: orkesctl webhook list", "%d webhooks have the name %q", len(found), name)
}

func completeNames(deps *cli.Deps) cobra.CompletionFunc {
	return cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
		hooks, err := client.Webhooks.List(ctx)
		names := make([]string, 0, len(hooks))
		for _, one := range hooks {
			names = append(names, one.Value.Name)
		}
		return names, err
	})
}

func view() render.View[hook] {
	return render.View[hook]{
		Kind: kind, Name: func(d hook) string { return d.Value.Name },
		Columns: []render.Column[hook]{
			{Title: "name", Value: func(d hook) any { return d.Value.Name }},
			{Title: "id", Value: func(d hook) any { return d.Value.ID }},
			{Title: "verifier", Value: func(d hook) any { return d.Value.Verifier }},
			{Title: "verified", Value: func(d hook) any { return d.Value.URLVerified }},
			{Title: "starts", Value: func(d hook) any { return starts(d.Value) }},
			{Title: "received by", Value: func(d hook) any { return receivers(d.Value) }},
			{Title: "platform", Wide: true, Value: func(d hook) any { return d.Value.SourcePlatform }},
			{Title: "created by", Wide: true, Value: func(d hook) any { return d.Value.CreatedBy }},
		},
	}
}

// starts are the names of the workflows that are started.
func starts(def conductor.Webhook) []string {
	names := make([]string, 0, len(def.WorkflowsToStart))
	for name := range def.WorkflowsToStart {
		if name != "idempotencyKey" && name != "idempotencyStrategy" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func receivers(def conductor.Webhook) []string {
	names := make([]string, 0, len(def.ReceiverWorkflowNamesToVersions))
	for name := range def.ReceiverWorkflowNamesToVersions {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func newList(deps *cli.Deps) *cobra.Command {
	return cli.Listing[hook]{
		Short: "List the webhooks", Example: "orkesctl webhook list\norkesctl webhook list -o name",
		Nothing: "There are no webhooks. Define one: orkesctl webhook define FILE", View: view(),
		Read:  list,
		Order: func(a, b hook) int { return strings.Compare(a.Value.Name, b.Value.Name) },
	}.Command(deps)
}

// about looks a webhook up and does something with it.
func about(ctx context.Context, deps *cli.Deps, name, verb string, do func(client *conductor.Client, found hook) error) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	found, err := find(ctx, client, name, verb)
	if err != nil {
		return err
	}
	return do(client, found)
}

func newGet(deps *cli.Deps) *cobra.Command {
	return cli.Showing[hook]{
		Argument: "NAME|ID", Short: "Show a webhook; what it verifies requests with is never shown",
		Example: "orkesctl webhook get github\norkesctl webhook get github -o yaml > github.webhook.yaml",
		Names:   completeNames(deps), View: view(),
		Find: func(ctx context.Context, client *conductor.Client, name string) (hook, error) {
			found, err := find(ctx, client, name, "get")
			return masked(found), err
		},
	}.Command(deps)
}

func newURL(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "url NAME|ID", Short: "Print the address that the other system calls", Example: "orkesctl webhook url github",
		Args: cli.Args("NAME|ID"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return about(cmd.Context(), deps, args[0], "url", func(client *conductor.Client, found hook) error {
				url := client.WebhookURL(found.Value.ID)
				if deps.Globals.Format.Structured() {
					return deps.Globals.Format.Document(deps.Term, map[string]string{"name": found.Value.Name, "url": url})
				}
				_, err := fmt.Fprintln(deps.Term.Out, url)
				return err
			})
		},
	}
}

type delivery = conductor.WebhookDelivery

func newHistory(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "history NAME|ID", Short: "Show which requests came to a webhook, the newest first, and what came of each",
		Example: "orkesctl webhook history github",
		Args:    cli.Args("NAME|ID"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return about(ctx, deps, args[0], "history", func(client *conductor.Client, found hook) error {
				whole, err := client.Webhooks.Get(ctx, found.Value.ID)
				if err != nil {
					return err
				}
				if len(whole.Value.History) == 0 && !deps.Globals.Format.Structured() {
					deps.Note("Nothing has come to webhook %s yet. Its address: %s", found.Value.Name, client.WebhookURL(found.Value.ID))
				}
				return render.List(deps.Printer(), historyView(), whole.Value.History)
			})
		},
	}
}

func historyView() render.View[delivery] {
	return render.View[delivery]{
		Kind: "delivery", Name: func(d delivery) string { return d.EventID },
		Columns: []render.Column[delivery]{
			{Title: "time", Value: func(d delivery) any { return render.Millis(d.TimeStamp) }},
			{Title: "event", Value: func(d delivery) any { return d.EventID }},
			{Title: "verified", Value: func(d delivery) any { return d.Matched }},
			{Title: "executions", Value: func(d delivery) any { return d.WorkflowIDs }},
			{Title: "payload", Wide: true, Value: func(d delivery) any { return d.Payload }},
		},
	}
}
