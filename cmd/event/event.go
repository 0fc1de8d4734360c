// Package event is the noun `event`: event handlers, and events by hand.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// kind is the noun in "event/NAME".
const kind = "event"

type handler = conductor.Document[conductor.EventHandler]

// New returns the command `orkesctl event`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("event", "Event handlers: what is done when a workflow says that something happened",
		newDefine(deps),
		newList(deps),
		newGet(deps),
		newDelete(deps),
		newHistory(deps),
		newPublish(deps),
	)
}

// target writes handlers one by one: there is no route for many.
func target(client *conductor.Client) define.Target {
	there := map[string]bool{}
	return define.Target{
		Noun: kind, Compare: reconcile.EventHandlers,
		List: func(ctx context.Context) ([]json.RawMessage, error) {
			list, err := client.Events.List(ctx)
			raw := make([]json.RawMessage, 0, len(list))
			for _, def := range list {
				there[def.Value.Name] = true
				raw = append(raw, def.Raw)
			}
			return raw, err
		},
		Put: func(ctx context.Context, defs []json.RawMessage) error {
			for _, def := range defs {
				var named struct{ Name string }
				if err := conductor.Decode(def, &named); err != nil {
					return fmt.Errorf("read the definition: %w", err)
				}
				write := client.Events.Create
				if there[named.Name] {
					write = client.Events.Update
				}
				if err := write(ctx, def); err != nil {
					return fmt.Errorf("event handler %s: %w", named.Name, err)
				}
			}
			return nil
		},
	}
}

// find returns a handler, or says which one may have been meant: only Orkes can be asked for one alone.
func find(ctx context.Context, client *conductor.Client, name, verb string) (handler, error) {
	list, err := client.Events.List(ctx)
	if err != nil {
		return handler{}, err
	}
	names := make([]string, 0, len(list))
	for _, def := range list {
		if def.Value.Name == name {
			return def, nil
		}
		names = append(names, def.Value.Name)
	}
	return handler{}, cli.NotFound(cli.Meant(kind, verb, name, names), "no event handler %q is defined", name)
}

func completeNames(deps *cli.Deps) cobra.CompletionFunc {
	return cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
		list, err := client.Events.List(ctx)
		names := make([]string, 0, len(list))
		for _, def := range list {
			names = append(names, def.Value.Name)
		}
		return names, err
	})
}

func view() render.View[handler] {
	return render.View[handler]{
		Kind: kind, Name: func(d handler) string { return d.Value.Name },
		Columns: []render.Column[handler]{
			{Title: "name", Value: func(d handler) any { return d.Value.Name }},
			{Title: "event", Value: func(d handler) any { return d.Value.Event }},
			{Title: "active", Value: func(d handler) any { return d.Value.Active }},
			{Title: "actions", Value: func(d handler) any { return actions(d.Value) }},
			{Title: "condition", Value: func(d handler) any { return d.Value.Condition }},
			{Title: "created by", Wide: true, Value: func(d handler) any { return d.Value.CreatedBy }},
			{Title: "description", Wide: true, Value: func(d handler) any { return d.Value.Description }},
		},
	}
}

// actions are the actions in short: start_workflow order, complete_task.
func actions(def conductor.EventHandler) string {
	words := make([]string, 0, len(def.Actions))
	for _, action := range def.Actions {
		word := action.Action
		if name, named := action.StartWorkflow["name"].(string); named && word == conductor.ActionStartWorkflow {
			word += " " + name
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func newList(deps *cli.Deps) *cobra.Command {
	return cli.Listing[handler]{
		Short: "List the event handlers", Example: "orkesctl event list\norkesctl event list -o name",
		Nothing: "There are no event handlers. Define one: orkesctl event define FILE", View: view(),
		Read:  func(ctx context.Context, client *conductor.Client) ([]handler, error) { return client.Events.List(ctx) },
		Order: func(a, b handler) int { return strings.Compare(a.Value.Name, b.Value.Name) },
	}.Command(deps)
}

func newGet(deps *cli.Deps) *cobra.Command {
	return cli.Showing[handler]{
		Argument: "NAME", Short: "Show an event handler",
		Example: "orkesctl event get order-ready\norkesctl event get order-ready -o yaml > order-ready.event.yaml",
		Names:   completeNames(deps), View: view(),
		Find: func(ctx context.Context, client *conductor.Client, name string) (handler, error) {
			return find(ctx, client, name, "get")
		},
	}.Command(deps)
}
