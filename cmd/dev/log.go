package dev

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/devserver/api"
)

// level is what --log-level says; nothing is warn.
func (o *startOptions) level() (slog.Level, error) {
	switch o.logLevel {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn", "":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	default:
		return 0, fmt.Errorf("unknown level %q", o.logLevel)
	}
}

// openAccessLog returns what writes the log of --access-log, nil where there is none, and what closes it.
func openAccessLog(deps *cli.Deps, opts startOptions) (log func(api.Access), done func(), err error) {
	switch opts.accessLog {
	case "":
		return nil, func() {}, nil
	case "-":
		return api.AccessLog(deps.Term.Err, false), func() {}, nil
	}
	to, err := os.OpenFile(deps.Absolute(opts.accessLog), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, cli.Hint(fmt.Errorf("--access-log: %w", err), "Take a file that you may write, or - for standard error.")
	}
	return api.AccessLog(io.Writer(to), inJSON(opts.accessLog)), func() { _ = to.Close() }, nil
}

func inJSON(path string) bool {
	return strings.HasSuffix(path, ".json") || strings.HasSuffix(path, ".jsonl")
}
