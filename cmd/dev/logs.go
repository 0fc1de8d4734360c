package dev

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
)

// lookAgain is how often a log that is followed is looked at.
const lookAgain = 100 * time.Millisecond

type logsOptions struct {
	follow bool
	lines  int
}

func newLogs(deps *cli.Deps) *cobra.Command {
	var opts logsOptions
	cmd := &cobra.Command{
		Use: "logs", Short: "Show what the detached development server logged",
		Long: `Show the last lines that the development server logged which was started with --detach, the one that runs or the last one that did.
What it logs says --log-level of orkesctl dev start; with --access-log - also each request.`,
		Example: "orkesctl dev logs\norkesctl dev logs --follow\norkesctl dev logs -n 1000",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.lines < 0 {
				return cli.Usage(cli.UsageHint(cmd), "-n %d: a number of lines is 0 or more", opts.lines)
			}
			return runLogs(cmd.Context(), deps, opts)
		},
	}
	cmd.Flags().BoolVarP(&opts.follow, "follow", "f", false, "go on with what is logged from now on, until Ctrl-C")
	cmd.Flags().IntVarP(&opts.lines, "lines", "n", 100, "how many of the last lines")
	return cmd
}

func runLogs(ctx context.Context, deps *cli.Deps, opts logsOptions) error {
	paths, err := deps.Paths()
	if err != nil {
		return err
	}
	log, err := os.Open(paths.DevLog())
	switch {
	case config.Missing(err):
		return cli.NotFound("Start one: orkesctl dev start --detach", "no detached development server has logged anything")
	case err != nil:
		return fmt.Errorf("open the log: %w", err)
	}
	defer func() { _ = log.Close() }()
	if err := tail(log, deps.Term.Out, opts.lines); err != nil || !opts.follow {
		return err
	}
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	return follow(ctx, log, deps.Term.Out, ticker.C)
}

// tail copies the last lines of what there is.
func tail(from io.Reader, to io.Writer, lines int) error {
	last := make([]string, 0, min(lines, 1000))
	for reader := bufio.NewReader(from); ; {
		line, err := reader.ReadString('\n')
		if line != "" && lines > 0 {
			if len(last) == lines {
				last = last[1:]
			}
			last = append(last, line)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
	}
	for _, line := range last {
		if _, err := io.WriteString(to, line); err != nil {
			return err
		}
	}
	return nil
}

// follow copies what is added, at each look, until the context ends. A log that is shorter than it was belongs to another server: it is
// shown from its beginning.
func follow(ctx context.Context, log *os.File, to io.Writer, look <-chan time.Time) error {
	for {
		at, err := log.Seek(0, io.SeekCurrent)
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		if info, err := log.Stat(); err == nil && info.Size() < at {
			_, _ = log.Seek(0, io.SeekStart)
		}
		if _, err := io.Copy(to, log); err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look:
		}
	}
}
