package schedule

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func newDefine(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "define [FILE|DIR|GLOB|-…]", Short: "Define schedules from files or standard input",
		Long: `Define schedules on the server: create those that are missing, update those that differ, leave the others alone. A schedule that
somebody paused stays paused, unless the file says paused itself.

Without arguments the definitions of the project's folder are used (orkesctl.yaml, definitions: FOLDER); else standard
input, where that is not a terminal. Files are YAML or JSON with Conductor's field names, several documents or an array
per file. All of them are checked before the first is sent, cron expressions and zones too; servers take them one by one.`,
		Example: `orkesctl schedule define nightly.schedule.yaml
orkesctl schedule define definitions/ --dry-run
echo '{"name":"nightly","cronExpression":"0 0 2 * * *","startWorkflowRequest":{"name":"report"}}' | orkesctl schedule define -`,
		Args: cli.Args("[FILE…]"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			source := define.Source{Kind: definition.KindSchedule, Args: args, Usage: cli.UsageHint(cmd)}
			return define.FromFiles(cmd.Context(), deps, source, target, dryRun)
		},
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func target(client *conductor.Client) define.Target {
	w := &writer{client: client, paused: map[string]conductor.WorkflowSchedule{}}
	return define.Target{Noun: kind, Compare: reconcile.Schedules, List: w.list, Put: w.put}
}

// writer writes schedules, and keeps those paused that are.
type writer struct {
	client *conductor.Client
	paused map[string]conductor.WorkflowSchedule
}

func (w *writer) list(ctx context.Context) ([]json.RawMessage, error) {
	return define.Raw(func(ctx context.Context) ([]document, error) {
		list, err := w.client.Schedules.List(ctx, "")
		for _, schedule := range list {
			if schedule.Value.Paused {
				w.paused[schedule.Value.Name] = schedule.Value
			}
		}
		return list, err
	})(ctx)
}

func (w *writer) put(ctx context.Context, defs []json.RawMessage) error {
	for _, def := range defs {
		def, err := w.stillPaused(def)
		if err != nil {
			return err
		}
		if err := w.client.Schedules.Put(ctx, def); err != nil {
			return cli.Needs(err, needs)
		}
	}
	return nil
}

// stillPaused adds to a schedule that says nothing of it that it is paused, where it is.
func (w *writer) stillPaused(def json.RawMessage) (json.RawMessage, error) {
	var said struct {
		Name   string `json:"name"`
		Paused *bool  `json:"paused"`
	}
	if err := conductor.Decode(def, &said); err != nil {
		return nil, err
	}
	there, paused := w.paused[said.Name]
	if !paused || said.Paused != nil {
		return def, nil
	}
	reason, err := json.Marshal(there.PausedReason)
	if err != nil {
		return nil, fmt.Errorf("write the reason of the pause: %w", err)
	}
	return append(fmt.Appendf(nil, `{"paused":true,"pausedReason":%s,`, reason), def[1:]...), nil
}
