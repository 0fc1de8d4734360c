package worker

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/process"
	"github.com/orkesctl/orkesctl/internal/project"
)

func newRun(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "run", Short: "Build and run this project's workers, with the worker's own key",
		Long: `Build and run this project's workers, as orkesctl.yaml says.

The worker's URL, key and secret come from the project's .env, not from your own settings: you and the worker are two
identities. Ctrl-C asks the worker to end and waits for it.`,
		Example: "orkesctl worker run",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRun(cmd.Context(), deps) },
	}
}

func runRun(ctx context.Context, deps *cli.Deps) error {
	p, err := deps.Project()
	if err != nil {
		return err
	}
	if p == nil {
		return cli.NotFound("Go to your worker's folder, or make one: orkesctl scaffold worker --lang go",
			"no %s here or in a folder above", project.FileName)
	}
	if len(p.Worker.Run) == 0 {
		return cli.Failed("Example:\n  worker:\n    run: [go, run, .]",
			"%s does not say how the worker is run: worker.run is missing", filepath.Join(p.Root, project.FileName))
	}
	env, err := identity(deps, p)
	if err != nil {
		return err
	}
	for _, command := range p.Worker.Build {
		if err := step(ctx, deps, p, command, env); err != nil {
			return cli.Hint(err, "The worker was not started: its build failed (%s).", strings.Join(command, " "))
		}
	}
	for _, command := range p.Worker.Run {
		if err := step(ctx, deps, p, command, env); err != nil {
			return ended(ctx, err)
		}
	}
	return nil
}

func step(ctx context.Context, deps *cli.Deps, p *project.Project, args, env []string) error {
	return process.Run(ctx, process.Command{Args: args, Dir: p.Root, Env: env, Stdout: deps.Term.Out, Stderr: deps.Term.Err})
}

// ended passes the worker's exit code on. A worker that was asked to end and did so well is a success.
func ended(ctx context.Context, err error) error {
	var exit *process.ExitError
	switch {
	case err == nil, ctx.Err() != nil && errors.Is(err, context.Canceled):
		return nil
	case errors.As(err, &exit) && exit.Code > 0:
		return &cli.Error{
			Err: fmt.Errorf("the worker ended with code %d", exit.Code), Exit: exit.Code, ID: "worker-ended",
			Hint: "Its last lines are above.",
		}
	default:
		return err
	}
}

// identity returns the worker's variables: those of the project's .env, and the server of the person's settings where it names none.
func identity(deps *cli.Deps, p *project.Project) ([]string, error) {
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
		deps.Note("note: %s holds no key for the worker; on Orkes it needs one: orkesctl app key create --env-file %s", p.EnvFile(), p.Env)
	} else if shell := deps.Getenv("CONDUCTOR_AUTH_KEY"); shell != "" && shell != values["CONDUCTOR_AUTH_KEY"] {
		deps.Note("note: the worker uses the key %s from %s, not your shell's", values["CONDUCTOR_AUTH_KEY"], p.Env)
	}
	env := make([]string, 0, len(values))
	for name, value := range values {
		env = append(env, name+"="+value)
	}
	return env, nil
}
