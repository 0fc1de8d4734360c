package dev

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/process"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const (
	stopTime   = 10 * time.Second
	answerTime = 2 * time.Second
)

func newStop(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "stop", Short: "Stop the development server",
		Example: "orkesctl dev stop",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runStop(cmd.Context(), deps) },
	}
}

func runStop(ctx context.Context, deps *cli.Deps) error {
	paths, err := deps.Paths()
	if err != nil {
		return err
	}
	record, err := running(ctx, paths)
	if err != nil {
		return err
	}
	if record == nil {
		deps.Note("no development server runs")
		return deps.Printer().Changes(nil)
	}
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	if err := process.Stop(ctx, record.PID, config.Alive); err != nil {
		return cli.Hint(err, "End it by hand: kill -9 %d", record.PID)
	}
	if err := config.ForgetDev(paths, record.PID); err != nil {
		return err
	}
	return deps.Printer().Changes([]render.Change{{Kind: "dev", ID: record.URL, Action: render.Deleted, Word: "stopped"}})
}

// running returns the server that left a record and still answers; a stale record, whose process id may be another program's
// by now, is removed.
func running(ctx context.Context, paths config.Paths) (*config.Dev, error) {
	record, err := config.ReadDev(paths)
	if err != nil || record == nil {
		return nil, err
	}
	if config.Alive(record.PID) && answers(ctx, record.URL) {
		return record, nil
	}
	return nil, config.ForgetDev(paths, record.PID)
}

func answers(ctx context.Context, url string) bool {
	client, err := conductor.New(url)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	_, err = client.Server.Version(ctx)
	return err == nil
}

func newStatus(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show whether the development server runs, and where",
		Example: "orkesctl dev status",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runStatus(cmd.Context(), deps) },
	}
}

type status struct {
	URL    string `json:"url"`
	Key    string `json:"key"`
	PID    int    `json:"pid"`
	Flavor string `json:"flavor"`
}

func runStatus(ctx context.Context, deps *cli.Deps) error {
	record, err := mustRun(ctx, deps)
	if err != nil {
		return err
	}
	view := render.View[status]{Kind: "dev", Name: func(s status) string { return s.URL }, Columns: []render.Column[status]{
		{Title: "running", Value: func(s status) any { return s.URL }},
		{Title: "flavor", Value: func(s status) any { return s.Flavor }},
		{Title: "process", Value: func(s status) any { return s.PID }},
		{Title: "administrator key", Value: func(s status) any { return s.Key }},
	}}
	return render.One(deps.Printer(), view, status{URL: record.URL, Key: record.Key, PID: record.PID, Flavor: record.Flavor})
}

func mustRun(ctx context.Context, deps *cli.Deps) (*config.Dev, error) {
	paths, err := deps.Paths()
	if err != nil {
		return nil, err
	}
	record, err := running(ctx, paths)
	if err == nil && record == nil {
		err = cli.NotFound("Start one: orkesctl dev start", "no development server runs on this machine")
	}
	return record, err
}
