package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Showing is a command that shows one thing of a kind.
type Showing[T any] struct {
	Argument       string // what names the thing: NAME, NAME|ID
	Short, Example string
	Names          cobra.CompletionFunc
	View           render.View[T]
	Find           func(ctx context.Context, client *conductor.Client, name string) (T, error)
}

// Command returns the command `NOUN get`.
func (s Showing[T]) Command(deps *Deps) *cobra.Command {
	return &cobra.Command{
		Use: "get " + s.Argument, Short: s.Short, Example: s.Example,
		Args: Args(s.Argument), ValidArgsFunction: CompleteFirst(s.Names),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), deps, args[0]) },
	}
}

func (s Showing[T]) run(ctx context.Context, deps *Deps, name string) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	found, err := s.Find(ctx, client, name)
	if err != nil {
		return err
	}
	return render.One(deps.Printer(), s.View, found)
}

// Deleting is a command that deletes things of a kind. All of them are looked up first: a wrong name among many stops them all.
type Deleting struct {
	Argument             string // what names a thing: NAME…, NAME|ID…
	Short, Long, Example string
	Kind                 string // what stands before the name in what is printed
	Noun                 string // what the question calls it
	Names                cobra.CompletionFunc
	Find                 func(ctx context.Context, client *conductor.Client, name string) (Found, error)
	Delete               func(ctx context.Context, client *conductor.Client, found Found) error
}

// Found is a thing that is there: what people call it, and what the server does where that is another word.
type Found struct{ Name, ID string }

// Command returns the command `NOUN delete`.
func (d Deleting) Command(deps *Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "delete " + d.Argument, Short: d.Short, Long: d.Long, Example: d.Example,
		Args: Args(d.Argument), ValidArgsFunction: d.Names,
		RunE: func(cmd *cobra.Command, args []string) error { return d.run(cmd.Context(), deps, args, dryRun) },
	}
	BindDryRun(cmd, &dryRun)
	return cmd
}

func (d Deleting) run(ctx context.Context, deps *Deps, names []string, dryRun bool) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	changes, all := make([]render.Change, 0, len(names)), make([]Found, 0, len(names))
	for _, name := range names {
		found, err := d.Find(ctx, client, name)
		if err != nil {
			return err
		}
		all, changes = append(all, found), append(changes, render.Change{Kind: d.Kind, ID: found.Name, Action: render.Deleted})
	}
	return deps.DeleteAll(ctx, d.Noun, dryRun, changes, func(i int) error { return d.Delete(ctx, client, all[i]) })
}

// Meant is what to type instead of a command of a noun with a name that there is not: the same with the nearest name, else the list.
func Meant(noun, verb, name string, names []string) string {
	if near, found := definition.Nearest(name, names); found {
		return fmt.Sprintf("Did you mean: orkesctl %s %s %s", noun, verb, near)
	}
	return fmt.Sprintf("See what there is: orkesctl %s list", noun)
}
