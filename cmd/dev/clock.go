package dev

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/api"
)

func newClockShow(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show the server's time",
		Example: "orkesctl dev clock show",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runClock(cmd.Context(), deps, http.MethodGet, nil) },
	}
}

func newClockAdvance(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "advance DURATION", Short: "Move the server's clock: what is due by then happens at once",
		Long: `Move the clock of a server that was started with --clock manual. Retry delays, time-outs, waits and schedules that are due by then
have happened, each at its own time, when the command returns.`,
		Example: "orkesctl dev clock advance 60s\norkesctl dev clock advance 24h",
		Args:    cli.Args("DURATION"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if step, err := time.ParseDuration(args[0]); err != nil || step < 0 {
				return cli.Usage(cli.UsageHint(cmd), "%q is no duration such as 60s or 24h", args[0])
			}
			body, err := json.Marshal(map[string]string{"advance": args[0]})
			if err != nil {
				return fmt.Errorf("write the request: %w", err)
			}
			return runClock(cmd.Context(), deps, http.MethodPost, body)
		},
	}
}

func runClock(ctx context.Context, deps *cli.Deps, method string, body []byte) error {
	var state api.ClockState
	if err := control(ctx, deps, method, "/dev/clock", body, &state); err != nil {
		return err
	}
	p := deps.Printer()
	if p.Format.Structured() {
		return p.Format.Document(p.Term, state)
	}
	kind := clockSystem
	if state.Manual {
		kind = clockManual
	}
	_, err := fmt.Fprintf(p.Term.Out, "%s\t%s\n", state.Now, kind)
	return err
}

// notDev says what a server without the development server's own routes is.
func notDev(err error) error {
	switch {
	case conductor.IsNotFound(err):
		return cli.Hint(err, "Only a server of orkesctl dev start has this: it is the server's own, no cluster's.")
	case conductor.IsConflict(err):
		return cli.Hint(err, "Start one whose clock stands still: orkesctl dev start --clock manual")
	default:
		return err
	}
}
