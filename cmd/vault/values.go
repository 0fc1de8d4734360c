package vault

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// values is one kind of named values on the server.
type values struct {
	noun, example, needs string
	explain              func(error) error
	names                func(ctx context.Context, client *conductor.Client) ([]string, error)
	exists               func(ctx context.Context, client *conductor.Client, name string) (bool, error)
	remove               func(ctx context.Context, client *conductor.Client, name string) error
}

// name is a value that is known by its name alone.
type name struct {
	Name string `json:"name"`
}

func byName(a, b name) int { return strings.Compare(a.Name, b.Name) }

// on does something with a value that is there.
func (v values) on(ctx context.Context, deps *cli.Deps, name string, do func(client *conductor.Client) error) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	if err := v.find(ctx, client, name); err != nil {
		return err
	}
	return v.explain(do(client))
}

// find fails where there is no such value, and says which one was probably meant.
func (v values) find(ctx context.Context, client *conductor.Client, name string) error {
	found, err := v.exists(ctx, client, name)
	if err != nil || found {
		return v.explain(err)
	}
	hint := "See them: orkesctl " + v.noun + " list"
	if names, err := v.names(ctx, client); err == nil {
		if near, found := definition.Nearest(name, names); found {
			hint = "Did you mean " + near + "?\n" + hint
		}
	}
	return cli.NotFound(hint, "no %s %q", v.noun, name)
}

func newDelete(deps *cli.Deps, v values) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "delete NAME…", Short: "Delete each of these: definitions that name it resolve it to nothing from then on",
		Example: "orkesctl " + v.noun + " delete " + v.example,
		Args:    cli.Args("NAME…"), ValidArgsFunction: cli.CompleteNames(deps, v.names),
		RunE: func(cmd *cobra.Command, args []string) error { return v.delete(cmd.Context(), deps, args, dryRun) },
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

// delete looks all of them up first: a wrong name among many stops them all.
func (v values) delete(ctx context.Context, deps *cli.Deps, names []string, dryRun bool) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	changes := make([]render.Change, 0, len(names))
	for _, name := range names {
		if err := v.find(ctx, client, name); err != nil {
			return err
		}
		changes = append(changes, render.Change{Kind: v.noun, ID: name, Action: render.Deleted})
	}
	return deps.DeleteAll(ctx, v.noun, dryRun, changes, func(i int) error { return v.explain(v.remove(ctx, client, names[i])) })
}
