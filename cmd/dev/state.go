package dev

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/file"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/api"
	"github.com/orkesctl/orkesctl/pkg/devserver/snapshot"
)

const statePath = "/dev/state"

func newSnapshot(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "snapshot FILE", Short: "Save the development server's whole state to a file",
		Long: `Save the development server's whole state to a file, as it is at one moment, while the server goes on: definitions, executions with
their queues and timers, applications, keys, grants, secrets. Another file of that name is replaced. It holds secrets and is
readable by its owner alone. Take it back with orkesctl dev restore, on this machine or another.`,
		Example: "orkesctl dev snapshot before.snapshot",
		Args:    cli.Args("FILE"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return runSnapshot(cmd.Context(), deps, args[0]) },
	}
}

func runSnapshot(ctx context.Context, deps *cli.Deps, path string) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	err = file.WriteSecretFrom(deps.Absolute(path), func(to io.ReadWriteSeeker) error {
		if err := client.Download(ctx, statePath, to); err != nil {
			return err
		}
		if _, err := to.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, _, err := snapshot.Read(to) // what cannot be restored is no snapshot
		return err
	})
	if err != nil {
		return notDev(err)
	}
	return deps.Printer().Changes([]render.Change{{Kind: "snapshot", ID: path, Action: render.Created, Word: "saved", Detail: client.BaseURL()}})
}

func newRestore(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "restore FILE", Short: "Put a saved state in the place of the development server's",
		Long: `Put a state that orkesctl dev snapshot saved in the place of the development server's, which is gone then. The server keeps its address
and its administrator; a clock that stands still (--clock manual) shows the time of the snapshot. With --db the file has the new state.
A snapshot that is damaged, that a newer version wrote, or that is of a server of the other flavor is refused whole.`,
		Example: "orkesctl dev restore before.snapshot\norkesctl dev start --detach && orkesctl dev restore before.snapshot --yes",
		Args:    cli.Args("FILE"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return runRestore(cmd.Context(), deps, args[0]) },
	}
}

func runRestore(ctx context.Context, deps *cli.Deps, path string) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(deps.Absolute(path))
	if err != nil {
		return cli.NotFound("Save one first: orkesctl dev snapshot FILE", "%v", err)
	}
	if err := deps.Confirm(ctx, "Replace everything that %s holds?", client.BaseURL()); err != nil {
		return err
	}
	answer, err := client.Raw(ctx, http.MethodPut, statePath, data, "application/octet-stream")
	if err != nil {
		return restoreError(err)
	}
	return changed(deps, client, answer, "restored", "holds")
}

// restoreError says of a refused snapshot that the server is as it was.
func restoreError(err error) error {
	var refused *conductor.Error
	if errors.As(err, &refused) && refused.Status == http.StatusBadRequest {
		return cli.Hint(err, "Nothing was changed. Save another: orkesctl dev snapshot FILE")
	}
	return notDev(err)
}

func newReset(deps *cli.Deps) *cobra.Command {
	var executions bool
	cmd := &cobra.Command{
		Use: "reset", Short: "Make the development server forget everything",
		Long: `Make the development server forget everything, as if it had just been made: definitions, executions, applications, keys, grants,
secrets. Only its administrator stays. With --executions it forgets these alone.`,
		Example: "orkesctl dev reset\norkesctl dev reset --executions --yes",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runReset(cmd.Context(), deps, executions) },
	}
	cmd.Flags().BoolVar(&executions, "executions", false, "forget the executions alone")
	return cmd
}

func runReset(ctx context.Context, deps *cli.Deps, executions bool) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	what, path := "everything", statePath
	if executions {
		what, path = "all executions", statePath+"?executions=true"
	}
	if err := deps.Confirm(ctx, "Forget %s that %s holds?", what, client.BaseURL()); err != nil {
		return err
	}
	answer, err := client.Raw(ctx, http.MethodDelete, path, nil, "")
	if err != nil {
		return notDev(err)
	}
	return changed(deps, client, answer, "reset", "forgot")
}

// changed says what a server now holds, or does no more.
func changed(deps *cli.Deps, client *conductor.Client, answer *conductor.RawResponse, word, verb string) error {
	var sum api.StateSummary
	if err := json.Unmarshal(answer.Body, &sum); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return deps.Printer().Changes([]render.Change{{
		Kind: "dev", ID: client.BaseURL(), Action: render.Updated, Word: word,
		Detail: fmt.Sprintf("%s executions: %d, workflows: %d, tasks: %d", verb, sum.Executions, sum.Workflows, sum.Tasks),
	}})
}
