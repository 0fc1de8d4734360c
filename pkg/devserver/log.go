package devserver

import (
	"context"
	"log/slog"

	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// logEvents writes what happens to the log, where its level is low enough for anybody to see it: executions that begin and end at the
// level of information, everything else for those who debug.
func logEvents(eng *engine.Engine, logger *slog.Logger) {
	ctx := context.Background()
	if !logger.Enabled(ctx, slog.LevelInfo) {
		return
	}
	eng.Subscribe(func(e engine.Event) {
		level := slog.LevelDebug
		if e.Kind == engine.WorkflowStarted || e.Kind == engine.WorkflowEnded {
			level = slog.LevelInfo
		}
		if !logger.Enabled(ctx, level) {
			return
		}
		attributes := []slog.Attr{slog.String("workflow", e.WorkflowName), slog.String("workflowId", e.WorkflowID), slog.String("status", e.Status)}
		for _, more := range [][2]string{{"task", e.ReferenceTaskName}, {"domain", e.Domain}, {"worker", e.WorkerID}, {"reason", e.Reason}} {
			if more[1] != "" {
				attributes = append(attributes, slog.String(more[0], more[1]))
			}
		}
		logger.LogAttrs(ctx, level, string(e.Kind), attributes...)
	})
}
