package dev

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/process"
)

// readyTime is how long a detached server has to become ready.
const readyTime = 15 * time.Second

// startDetached runs the same command again in a process of its own and waits for its ready line.
func startDetached(ctx context.Context, deps *cli.Deps, paths config.Paths, opts startOptions) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	args := []string{program, "dev", "start", "-o", "json", "--host", opts.host, "--port", strconv.Itoa(opts.port), "--flavor", opts.flavor, "--clock", opts.clock, "--log-level", opts.logLevel}
	if opts.db != "" {
		args = append(args, "--db", deps.Absolute(opts.db))
	}
	switch opts.accessLog {
	case "":
	case "-":
		args = append(args, "--access-log", "-")
	default:
		args = append(args, "--access-log", deps.Absolute(opts.accessLog))
	}
	if opts.retain != "" {
		args = append(args, "--retain", opts.retain)
	}
	args = append(args, absoluteMocks(deps, opts.mocks)...)
	for _, path := range opts.seeds {
		args = append(args, "--seed", path)
	}
	if err := os.MkdirAll(paths.State, 0o700); err != nil {
		return cli.Hint(fmt.Errorf("make the state folder: %w", err), "Start it without --detach, or set XDG_STATE_HOME to a folder that can be written.")
	}
	child, out, err := process.Detach(args, nil, paths.DevLog())
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		lines <- line
	}()
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	select {
	case line := <-lines:
		return detached(deps, paths, opts, line)
	case <-ctx.Done():
		_ = child.Kill()
		return cli.Hint(fmt.Errorf("the server did not become ready: %w", ctx.Err()), "Its log: %s", paths.DevLog())
	}
}

func detached(deps *cli.Deps, paths config.Paths, opts startOptions, line string) error {
	var record config.Dev
	if err := json.Unmarshal([]byte(line), &record); err != nil {
		return childError(paths)
	}
	return announce(deps, opts, record)
}

// childError turns what a server that did not start wrote into this command's error.
func childError(paths config.Paths) error {
	log, err := os.ReadFile(paths.DevLog())
	if err != nil || len(log) == 0 {
		return cli.Failed("Start it without --detach to see why.", "the server ended before it was ready")
	}
	var answer struct {
		Error struct{ Message, Hint, ID string }
	}
	rows := strings.Split(strings.TrimSpace(string(log)), "\n")
	if json.Unmarshal([]byte(rows[len(rows)-1]), &answer) == nil && answer.Error.Message != "" {
		return cli.Failed(answer.Error.Hint, "%s", answer.Error.Message)
	}
	return cli.Failed("Its log: "+paths.DevLog(), "the server ended before it was ready: %s", rows[len(rows)-1])
}
