package cli

import (
	"context"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Listing is a command that lists all the things of a kind.
type Listing[T any] struct {
	Short, Example string
	Nothing        string // what a person is told where there are none, with the command that makes one; may be empty
	View           render.View[T]
	Read           func(ctx context.Context, client *conductor.Client) ([]T, error)
	Order          func(a, b T) int // below zero where a comes first; nil keeps the server's order
}

// Command returns the command `NOUN list`.
func (l Listing[T]) Command(deps *Deps) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: l.Short, Example: l.Example,
		Args: Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context(), deps) },
	}
}

func (l Listing[T]) run(ctx context.Context, deps *Deps) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	items, err := l.Read(ctx, client)
	if err != nil {
		return err
	}
	if l.Order != nil {
		sort.SliceStable(items, func(i, j int) bool { return l.Order(items[i], items[j]) < 0 })
	}
	if len(items) == 0 && l.Nothing != "" && !deps.Globals.Format.Structured() {
		deps.Note("%s", l.Nothing)
	}
	return render.List(deps.Printer(), l.View, items)
}

// ChangeAll makes changes one after the other, up to the first that fails, and prints those that were made. What is unchanged
// is only printed. With dryRun nothing is made, and people read "would" and the verb.
func (d *Deps) ChangeAll(verb string, dryRun bool, changes []render.Change, do func(i int) error) error {
	var failed error
	made := make([]render.Change, 0, len(changes))
	for i, change := range changes {
		switch {
		case change.Action == render.Unchanged:
		case dryRun:
			change.Word = "would " + verb
		default:
			failed = do(i)
		}
		if failed != nil {
			break
		}
		made = append(made, change)
	}
	if err := d.Printer().Changes(made); failed == nil {
		return err
	}
	return failed
}

// DeleteAll is ChangeAll for deletions of a noun that were looked up, once a person has said yes.
func (d *Deps) DeleteAll(ctx context.Context, noun string, dryRun bool, changes []render.Change, do func(i int) error) error {
	if !dryRun {
		names := make([]string, len(changes))
		for i, change := range changes {
			names[i] = change.ID
		}
		if err := d.Confirm(ctx, "Delete %s %s?", noun, strings.Join(names, ", ")); err != nil {
			return err
		}
	}
	return d.ChangeAll("delete", dryRun, changes, do)
}
