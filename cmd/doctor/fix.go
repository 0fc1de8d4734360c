package doctor

import (
	"context"
	"slices"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/doctor"
)

// maxRounds bounds how often --fix looks and mends: a key lets permissions be seen, a role grants, a definition its workflow.
const maxRounds = 5

// mend shows the commands that mend what was found, asks, and runs them; then it looks again, as long as that shows new ones.
func (o *options) mend(ctx context.Context, deps *cli.Deps, seen look) (look, error) {
	var done [][]string
	for range maxRounds {
		plan := slices.DeleteFunc(seen.report.Plan(), func(command []string) bool {
			return slices.ContainsFunc(done, func(other []string) bool { return slices.Equal(other, command) })
		})
		switch {
		case len(plan) == 0:
			if len(done) == 0 {
				deps.Note("Nothing that a command mends by itself.")
			}
			return seen, nil
		case !seen.facts.Server.Same:
			deps.Note("Nothing is mended: you and the worker go to two servers.")
			return seen, nil
		}
		for _, command := range plan {
			deps.Note("  %s", doctor.Command(command))
		}
		if o.dryRun {
			deps.Note("Nothing was run.")
			return seen, nil
		}
		if err := deps.Confirm(ctx, "Run %s?", commandCount(len(plan))); err != nil {
			return seen, err
		}
		for _, command := range plan {
			if code := o.command(ctx, deps, command); code != cli.ExitOK {
				deps.Note("Stopped at: %s", doctor.Command(command))
				return seen, cli.Silent(code)
			}
		}
		done = append(done, plan...)
		var err error
		if seen, err = o.look(ctx, again(deps)); err != nil {
			return seen, err
		}
	}
	return seen, nil
}

func commandCount(n int) string {
	if n == 1 {
		return "this command"
	}
	return "these commands"
}

// command runs one command of this program as the person, with what it prints beside the report.
func (o *options) command(ctx context.Context, deps *cli.Deps, args []string) int {
	terminal := *deps.Term
	terminal.Out = deps.Term.Err
	inner := cli.NewDeps(&terminal, deps.Getenv, deps.Dir, deps.Version)
	inner.Now, inner.Environ = deps.Now, deps.Environ
	flags := deps.Globals.Settings
	if settings, err := deps.Settings(); err == nil && settings.Dev && settings.Key.Source == settings.Server.Source {
		flags.Profile = config.DevProfile // the same, without a line that says so each time
	}
	args = slices.Clone(args)
	for _, flag := range []struct{ name, value string }{{"--server", flags.Server}, {"--profile", flags.Profile}} {
		if flag.value != "" {
			args = append(args, flag.name, flag.value)
		}
	}
	return o.run(ctx, inner, append(args, "--yes"))
}
