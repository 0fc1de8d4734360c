package dev

import (
	"context"
	"fmt"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/process"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

type execOptions struct {
	startOptions

	app string
}

func newExec(deps *cli.Deps) *cobra.Command {
	opts := execOptions{startOptions: startOptions{host: "127.0.0.1"}}
	cmd := &cobra.Command{
		Use: "exec -- CMD [ARGS…]", Short: "Run a command with a development server of its own",
		Long: `Start a server on a free port, run the command with the variables that point Conductor programs at it, and stop the server when the
command ends. The command's exit code is passed on, and nothing is left behind: one line for integration tests in any language.

The command gets CONDUCTOR_SERVER_URL, CONDUCTOR_AUTH_KEY and CONDUCTOR_AUTH_SECRET of the administrator. With --app it also gets a
worker's identity, ORKESCTL_APP_KEY and ORKESCTL_APP_SECRET: of an application with the Worker role and Execute on every task that
--seed defines. A server that another orkesctl dev start runs is not touched.`,
		Example: `orkesctl dev exec --seed definitions -- go test ./...
orkesctl dev exec --seed definitions --app get-inventory-worker -- pytest
orkesctl dev exec --clock manual -- go test ./...`,
		Args: cli.Args("CMD", "[ARGS…]?"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return runExec(cmd.Context(), deps, opts, args) },
	}
	opts.bind(cmd)
	cmd.Flags().StringVar(&opts.app, "app", "", "make an application of this `NAME` for the command's workers")
	cmd.Flags().SetInterspersed(false) // what follows the program's name is the program's
	return cmd
}

func runExec(ctx context.Context, deps *cli.Deps, opts execOptions, args []string) error {
	if err := opts.check(deps.Getenv); err != nil {
		return err
	}
	if opts.app != "" && opts.flavor == string(devserver.FlavorOSS) {
		return cli.Usage("Leave out --app, or --flavor oss.", "open-source Conductor has no applications")
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		return cli.NotFound("Is it installed, executable and spelled right?", "the program %s: %v", args[0], err)
	}
	l, err := begin(ctx, deps, opts.startOptions, config.DevKey{})
	if err != nil {
		return err
	}
	defer l.end(ctx)
	variables := environment(l.record)
	if opts.app != "" {
		own, err := workerKey(ctx, l.record, opts.app)
		if err != nil {
			return err
		}
		variables = append(variables, [2]string{"ORKESCTL_APP_KEY", own.ID}, [2]string{"ORKESCTL_APP_SECRET", own.Secret})
	}
	command := process.Command{
		Args: args, Dir: deps.Dir, Stdin: deps.Term.In, Stdout: deps.Term.Out, Stderr: deps.Term.Err,
		Without: []string{"CONDUCTOR_AUTH_TOKEN", "CONDUCTOR_AUTH_KEY", "CONDUCTOR_AUTH_SECRET", "ORKESCTL_PROFILE"},
	}
	for _, v := range variables {
		command.Env = append(command.Env, v[0]+"="+v[1])
	}
	return cli.Ended(ctx, process.Run(ctx, command))
}

// workerKey makes an application that may do every task that is defined, and returns its key.
func workerKey(ctx context.Context, record config.Dev, name string) (conductor.NewAccessKey, error) {
	var none conductor.NewAccessKey
	client, err := adminClient(record)
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	app, err := client.Applications.Create(ctx, name)
	if err != nil {
		return none, fmt.Errorf("--app: %w", err)
	}
	if err := client.Applications.AddRole(ctx, app.Value.ID, "WORKER"); err != nil {
		return none, fmt.Errorf("--app: %w", err)
	}
	tasks, err := client.TaskDefs.List(ctx)
	if err != nil {
		return none, fmt.Errorf("--app: %w", err)
	}
	for _, task := range tasks {
		grant := conductor.Authorization{
			Subject: conductor.Subject{Type: "USER", ID: app.Value.UserID()},
			Target:  conductor.Target{Type: "TASK_DEF", ID: task.Value.Name}, Access: []string{"EXECUTE"},
		}
		if err := client.Authorization.Grant(ctx, grant); err != nil {
			return none, fmt.Errorf("--app: %w", err)
		}
	}
	return client.Applications.CreateKey(ctx, app.Value.ID)
}
