package worker

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/project"
)

// watchInterval is how often --watch looks for changes.
const watchInterval = 300 * time.Millisecond

func newRun(deps *cli.Deps) *cobra.Command {
	var watch bool
	cmd := &cobra.Command{
		Use: "run [NAME|DIR…]", Short: "Build and run this project's workers, with the worker's own key",
		Long: `Build and run this project's workers as orkesctl.yaml says, or in the language's own way where the project is recognised. A NAME is
that of a project in this folder or below it: its folder's, or its application's in orkesctl.yaml. Several projects run side by side,
each line behind its name; when one ends badly, all are stopped.

The worker's URL, key and secret come from the project's .env, not from your own settings: you and the worker are two
identities. Ctrl-C asks the worker to end and waits for it; its exit code is passed on. What would stop it, such as a missing
toolchain or a key that is refused, is said in one line each.`,
		Example: "orkesctl worker run\norkesctl worker run --watch\norkesctl worker run inventory-worker billing-worker",
		Args:    cli.Args("[NAME…]"), ValidArgsFunction: completeProjects(deps),
		RunE: func(cmd *cobra.Command, args []string) error { return runRun(cmd.Context(), deps, args, watch) },
	}
	cmd.Flags().BoolVar(&watch, "watch", false, "build and start again when a source file changes")
	return cmd
}

func runRun(ctx context.Context, deps *cli.Deps, names []string, watch bool) error {
	found, err := units(deps, names)
	if err != nil {
		return err
	}
	launchers := make([]*launcher, len(found))
	to := streams(deps, found)
	for i, unit := range found {
		if len(unit.Project.Worker.Run) == 0 {
			return cli.Failed("Example:\n  worker:\n    run: [go, run, .]",
				"%s does not say how the worker is run: worker.run is missing", filepath.Join(unit.Project.Root, project.FileName))
		}
		env, err := workerEnv(deps, unit.Project)
		if err != nil {
			return err
		}
		out, errs, flush := to(unit)
		defer flush()
		launchers[i] = &launcher{deps: deps, unit: unit, env: env, out: out, errs: errs}
	}
	return together(ctx, launchers, func(ctx context.Context, l *launcher) error { return l.run(ctx, watch) })
}

// together runs all launchers until each has ended. The first that fails stops the others and is the result.
func together(ctx context.Context, launchers []*launcher, run func(context.Context, *launcher) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var group sync.WaitGroup
	var first error
	var once sync.Once
	for _, l := range launchers {
		group.Go(func() {
			if err := run(ctx, l); err != nil {
				once.Do(func() { first = err })
				cancel()
			}
		})
	}
	group.Wait()
	return first
}

// run builds and runs the unit's workers until they end; with watch, again and again.
func (l *launcher) run(ctx context.Context, watch bool) error {
	stopAsking, err := l.troubles(ctx)
	defer stopAsking()
	if err != nil {
		return err
	}
	if !watch {
		return l.once(ctx)
	}
	for {
		running, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() {
			err := l.once(running)
			if err != nil && running.Err() == nil {
				l.deps.Note("%s: %v; waiting for a change", l.unit.Name, err)
			}
			done <- err
		}()
		changed := l.unit.Watch(ctx, watchInterval)
		stop()
		err := <-done
		if !changed {
			return err
		}
		l.deps.Note("%s: sources changed, starting again", l.unit.Name)
	}
}

func (l *launcher) once(ctx context.Context) error {
	for _, command := range l.unit.Project.Worker.Build {
		if err := l.step(ctx, command); err != nil {
			return cli.Hint(err, "The worker was not started: its build failed (%s).", strings.Join(command, " "))
		}
	}
	for _, command := range l.unit.Project.Worker.Run {
		if err := l.step(ctx, command); err != nil {
			return cli.Ended(ctx, err)
		}
	}
	return nil
}

// workerEnv returns the worker's variables: those of the project's .env, and the server of the person's settings where it names none.
func workerEnv(deps *cli.Deps, p *project.Project) ([]string, error) {
	values, err := project.ReadEnv(p.EnvFile())
	if err != nil {
		return nil, err
	}
	if values["CONDUCTOR_SERVER_URL"] == "" {
		settings, err := deps.Settings()
		if err != nil {
			return nil, err
		}
		values["CONDUCTOR_SERVER_URL"] = settings.Server.Value
	}
	if values["CONDUCTOR_AUTH_KEY"] == "" {
		deps.Note("note: %s holds no key for the worker; on Orkes it needs one: orkesctl app key create --env-file %s", deps.Relative(p.EnvFile()), deps.Relative(p.EnvFile()))
	} else if shell := deps.Getenv("CONDUCTOR_AUTH_KEY"); shell != "" && shell != values["CONDUCTOR_AUTH_KEY"] {
		deps.Note("note: the worker uses the key %s from %s, not your shell's", values["CONDUCTOR_AUTH_KEY"], p.Env)
	}
	env := make([]string, 0, len(values))
	for name, value := range values {
		env = append(env, name+"="+value)
	}
	return env, nil
}
