package execution

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/follow"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func newWatch(deps *cli.Deps) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use: "watch ID", Short: "Follow an execution until it ends",
		Long: `Follow an execution until it ends: drawn in place on a terminal, one line per change in a pipe. The exit code is 6
when the execution did not complete. With -o json or yaml the finished execution is printed.`,
		Example: "orkesctl execution watch 6a0d9c1e-7f5b-4c3e-9a51-0e8d2f6b7c10\norkesctl execution watch ID --timeout 5m",
		Args:    cli.Args("ID"), ValidArgsFunction: cli.CompleteFirst(completeRunning(deps, conductor.WorkflowRunning, conductor.WorkflowPaused)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if timeout < 0 {
				return cli.Usage("Example: --timeout 5m", "--timeout %s: a time is not less than 0", timeout)
			}
			return runWatch(cmd.Context(), deps, args[0], timeout)
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 0, "how long to watch, such as 5m; 0 means without end")
	return cmd
}

func runWatch(ctx context.Context, deps *cli.Deps, id string, timeout time.Duration) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	header := func(p render.Printer, e conductor.Workflow) error {
		return render.NewStream(p, "").Row("workflow/"+e.WorkflowName, e.WorkflowID)
	}
	last, outcome := follow.Show(ctx, deps, client.Workflows, follow.Options{ID: id, Timeout: timeout, Live: true, Header: header})
	format := deps.Globals.Format
	if last.Raw != nil && (format.Structured() || format.Output == "name") {
		if err := render.One(deps.Printer(), view(deps.Now()), last); err != nil {
			return err
		}
	}
	return notFound(id, outcome)
}
