package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/compose"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// addition is a definition before and after a task was added.
type addition struct {
	tree map[string]any // before
	raw  json.RawMessage
	plan compose.Plan
}

// addTo adds a task to a definition and checks what comes out. What was wrong before is not held against the addition.
func addTo(raw json.RawMessage, add compose.Addition) (addition, error) {
	result := addition{raw: raw}
	if err := conductor.Decode(raw, &result.tree); err != nil {
		return result, fmt.Errorf("read the workflow definition: %w", err)
	}
	plan, err := compose.Add(result.tree, add)
	var place *compose.PlaceError
	switch {
	case errors.As(err, &place):
		return result, placeError(place, add)
	case err != nil:
		return result, err
	}
	result.plan = plan
	if result.raw, err = compose.Apply(raw, plan.Edits); err != nil {
		return result, err
	}
	var after map[string]any
	if err := conductor.Decode(result.raw, &after); err != nil {
		return result, fmt.Errorf("read the changed definition: %w", err)
	}
	return result, newProblems(definition.CheckWorkflowDef(result.tree), definition.CheckWorkflowDef(after))
}

func placeError(err *compose.PlaceError, add compose.Addition) error {
	hint := "References: " + strings.Join(err.Known, ", ")
	for _, wrong := range []string{add.Place.After, add.Place.Before, strings.Split(add.Place.In, ":")[0]} {
		if near, found := definition.Nearest(wrong, err.Known); found && wrong != "" {
			hint = "Did you mean " + near + "?\n" + hint
			break
		}
	}
	if len(err.Known) == 0 {
		hint = "Help: orkesctl workflow add-task --help"
	}
	return cli.Usage(hint, "%w", err)
}

func newProblems(before, after []definition.Problem) error {
	old := map[string]bool{}
	for _, problem := range before {
		old[problem.Field+problem.Message] = true
	}
	var lines []string
	for _, problem := range after {
		if !old[problem.Field+problem.Message] {
			lines = append(lines, strings.TrimPrefix(problem.Field+": "+problem.Message, ": "))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return cli.Failed("Nothing was written. Help: orkesctl workflow add-task --help", "the workflow would not be valid:\n%s", strings.Join(lines, "\n"))
}

// action is what writing the definition does.
func (a *addition) action(newVersion bool) string {
	switch {
	case len(a.plan.Edits) == 0:
		return render.Unchanged
	case newVersion:
		return render.Created
	default:
		return render.Updated
	}
}

// raise gives the changed definition the number behind the latest. Every server takes that; not every one counts by itself.
func (a *addition) raise(ctx context.Context, client *conductor.Client, workflow string) (int, error) {
	latest, err := client.WorkflowDefs.Get(ctx, workflow, 0)
	if err != nil {
		return 0, err
	}
	version := max(latest.Value.Version, versionOf(a.tree)) + 1
	a.raw, err = compose.Apply(a.raw, []compose.Edit{{Path: []any{"version"}, Value: json.RawMessage(strconv.Itoa(version))}})
	return version, err
}

// know tells an addition what the defined tasks take and put out.
func know(add *compose.Addition, defs []conductor.TaskDef) {
	add.Outputs = make(map[string][]string, len(defs))
	for _, def := range defs {
		add.Outputs[def.Name] = def.OutputKeys
		if def.Name == add.Name {
			add.InputKeys = def.InputKeys
		}
	}
}

// advise says what a person should know of the task once it is in the workflow: that it is not defined, or that nobody polls it.
func advise(ctx context.Context, deps *cli.Deps, client *conductor.Client, add compose.Addition, defs []conductor.TaskDef) {
	if add.Type != "SIMPLE" {
		return
	}
	if _, defined := add.Outputs[add.Name]; !defined {
		names := make([]string, 0, len(defs))
		for _, def := range defs {
			names = append(names, def.Name)
		}
		meant := ""
		if near, found := definition.Nearest(add.Name, names); found {
			meant = "; did you mean " + near + "?"
		}
		deps.Note("note: no task %s is defined%s It runs on the server's defaults.\nDefine it: orkesctl task define --name %s",
			add.Name, orDot(meant), add.Name)
	}
	polls, err := client.Tasks.PollData(ctx, add.Name)
	if err == nil && len(polls) == 0 {
		deps.Note("Nothing polls %s yet: it will stay SCHEDULED until a worker does.\nWhat is missing says: orkesctl doctor --task %s", add.Name, add.Name)
	}
}

func orDot(text string) string {
	if text == "" {
		return "."
	}
	return text
}
