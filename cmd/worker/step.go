package worker

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

func newInstall(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "install [NAME|DIR…]", Short: "Install the dependencies of this project's workers",
		Long:    `Run the install step of the project's language, as orkesctl.yaml or the language's template has it. Its output is shown as it is.`,
		Example: "orkesctl worker install",
		Args:    cli.Args("[NAME…]"), ValidArgsFunction: completeProjects(deps),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSteps(cmd.Context(), deps, args, "install", func(u *launch.Unit) scaffold.Commands { return u.Project.Worker.Install })
		},
	}
}

func newTest(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "test [NAME|DIR…]", Short: "Run the tests of this project's workers",
		Long: `Run the test step of the project's language, as orkesctl.yaml or the language's template has it. Its output is shown as it is,
and its exit code is passed on.`,
		Example: "orkesctl worker test",
		Args:    cli.Args("[NAME…]"), ValidArgsFunction: completeProjects(deps),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSteps(cmd.Context(), deps, args, "test", func(u *launch.Unit) scaffold.Commands { return u.Project.Worker.Test })
		},
	}
}

// runSteps runs one step of each unit after the other; the first that fails ends it.
func runSteps(ctx context.Context, deps *cli.Deps, names []string, word string, commands func(*launch.Unit) scaffold.Commands) error {
	found, err := units(deps, names)
	if err != nil {
		return err
	}
	for _, unit := range found {
		list := commands(unit)
		if len(list) == 0 {
			return cli.Failed("Example:\n  worker:\n    "+word+": [make, "+word+"]", "%s does not say how the worker is %sed: worker.%s is missing", unit.Project.Root, word, word)
		}
		if err := stopping(unit, unit.Check(ctx, false)); err != nil {
			return err
		}
		l := &launcher{deps: deps, unit: unit, out: deps.Term.Out, errs: deps.Term.Err}
		for _, command := range list {
			deps.Note("%s: %s", unit.Name, strings.Join(command, " "))
			if err := l.step(ctx, command); err != nil {
				return cli.Ended(ctx, err)
			}
		}
	}
	return nil
}
