package event

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type execution = conductor.Document[conductor.EventExecution]

func newHistory(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "history NAME", Short: "Show what an event handler did, the newest first (Orkes)",
		Long: `Show what an event handler did, the newest first: each action with its outcome, and the events that its condition passed over.
An Orkes server, such as orkesctl dev start, is needed: open-source Conductor does not tell.`,
		Example: "orkesctl event history order-ready\norkesctl event history order-ready -o json",
		Args:    cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error { return runHistory(cmd.Context(), deps, args[0]) },
	}
}

func runHistory(ctx context.Context, deps *cli.Deps, name string) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	if _, err := find(ctx, client, name, "history"); err != nil {
		return err
	}
	done, err := client.Events.Executions(ctx, name)
	if err != nil {
		return onlyOrkes(err)
	}
	if len(done) == 0 && !deps.Globals.Format.Structured() {
		deps.Note("Event handler %s has done nothing yet.", name)
	}
	return render.List(deps.Printer(), historyView(), done)
}

func historyView() render.View[execution] {
	return render.View[execution]{
		Kind: "execution", Name: func(d execution) string { return d.Value.ID },
		Columns: []render.Column[execution]{
			{Title: "time", Value: func(d execution) any { return render.Millis(d.Value.Created) }},
			{Title: "action", Value: func(d execution) any { return d.Value.Action }},
			{Title: "status", Value: func(d execution) any { return d.Value.Status }},
			{Title: "outcome", Value: func(d execution) any { return outcome(d.Value) }},
			{Title: "message", Wide: true, Value: func(d execution) any { return d.Value.MessageID }},
		},
	}
}

// outcome is why something failed or was passed over, or what it was done to.
func outcome(done conductor.EventExecution) string {
	if done.StatusDescription != "" {
		return done.StatusDescription
	}
	for _, name := range []string{"workflowId", "taskId", "condition"} {
		if value, isText := done.Output[name].(string); isText && value != "" {
			return name + " " + value
		}
	}
	return ""
}

func onlyOrkes(err error) error {
	if cli.LacksRoute(err) {
		return cli.NotFound("An Orkes server does: orkesctl dev start", "this server does not do that with event handlers: it is open-source Conductor")
	}
	return err
}

type publishOptions struct{ input []string }

func newPublish(deps *cli.Deps) *cobra.Command {
	var opts publishOptions
	cmd := &cobra.Command{
		Use: "publish EVENT", Short: "Let an event happen: its handlers get a message by hand (Orkes)",
		Long: `Let an event happen: its handlers get a message with the payload that you give, as if a workflow had sent it. They act with the
rights of who wrote them, so you need EXECUTE on each.`,
		Example: "orkesctl event publish conductor:order:ready --input orderId=4711",
		Args:    cli.Args("EVENT"), ValidArgsFunction: cli.CompleteFirst(completeEvents(deps)),
		RunE: func(cmd *cobra.Command, args []string) error { return runPublish(cmd.Context(), deps, args[0], opts) },
	}
	cmd.Flags().StringArrayVarP(&opts.input, "input", "i", nil, "a field of the payload as `NAME=VALUE`; repeat it for more")
	return cmd
}

func completeEvents(deps *cli.Deps) cobra.CompletionFunc {
	return cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
		list, err := client.Events.List(ctx)
		var events []string
		for _, def := range list {
			if def.Value.Active {
				events = append(events, def.Value.Event)
			}
		}
		return events, err
	})
}

func runPublish(ctx context.Context, deps *cli.Deps, event string, opts publishOptions) error {
	payload, err := keyvalue.Inputs(opts.input)
	if err != nil {
		return cli.Usage("Example: --input orderId=4711", "--input %w", err)
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	list, err := client.Events.List(ctx)
	if err != nil {
		return err
	}
	if !listens(list, event) {
		return cli.NotFound("See what they listen to: orkesctl event list", "no active event handler listens to %q", event)
	}
	if err := client.Events.Publish(ctx, event, payload); err != nil {
		return onlyOrkes(cli.Needs(err, "Publishing needs EXECUTE on each handler of the event."))
	}
	change := render.Change{Kind: kind, ID: event, Action: "published"}
	if err := deps.Printer().Changes([]render.Change{change}); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func listens(list []handler, event string) bool {
	for _, def := range list {
		if def.Value.Active && def.Value.Event == event {
			return true
		}
	}
	return false
}
