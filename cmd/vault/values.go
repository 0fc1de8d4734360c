package vault

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
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
	return cli.Deleting{
		Argument: "NAME…", Short: "Delete each of these: definitions that name it resolve it to nothing from then on",
		Example: "orkesctl " + v.noun + " delete " + v.example,
		Kind:    v.noun, Noun: v.noun, Names: cli.CompleteNames(deps, v.names),
		Find: func(ctx context.Context, client *conductor.Client, name string) (cli.Found, error) {
			return cli.Found{Name: name}, v.find(ctx, client, name)
		},
		Delete: func(ctx context.Context, client *conductor.Client, f cli.Found) error {
			return v.explain(v.remove(ctx, client, f.Name))
		},
	}.Command(deps)
}
