package workflow

import (
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/term"
)

// diffLine is one line of a shown change: '+', '-' or ' ' and the text.
type diffLine struct {
	mark byte
	text string
}

// printAddition shows where in the definition the task goes, as YAML with its neighbours. Programs get the change alone.
func printAddition(deps *cli.Deps, a addition, title string) error {
	format := deps.Globals.Format
	if len(a.plan.Edits) == 0 || format.Structured() || format.Output == "name" {
		return nil
	}
	lines, err := a.diff()
	if err != nil {
		return err
	}
	t := deps.Term
	for _, line := range append([]diffLine{{' ', title}}, lines...) {
		text, tone := strings.TrimRight(string(line.mark)+" "+line.text, " "), term.Plain
		switch line.mark {
		case '+':
			tone = term.Done
		case '-':
			tone = term.Bad
		}
		if _, err := fmt.Fprintln(t.Out, t.Paint(tone, text)); err != nil {
			return err
		}
	}
	return nil
}

// diff walks down to the new task's list, naming each task on the way, and then shows the task between its neighbours.
func (a *addition) diff() ([]diffLine, error) {
	var lines []diffLine
	indent := "  "
	var value any = a.tree
	path := a.plan.Path
	for _, step := range path[:len(path)-1] {
		switch s := step.(type) {
		case string:
			lines = append(lines, diffLine{a.markOf(value, s), indent + s + ":"})
			object, _ := value.(map[string]any)
			value = object[s]
			indent += "  "
		case int:
			list, _ := value.([]any)
			value = nil
			if s < len(list) {
				value = list[s]
			}
			if task, ok := value.(map[string]any); ok {
				lines = append(lines, diffLine{' ', indent + "- name: " + fmt.Sprint(task["name"])})
			} else {
				lines = append(lines, diffLine{' ', indent + "-"})
			}
			indent += "  "
		}
	}
	added, err := a.block(indent)
	if err != nil {
		return nil, err
	}
	tasks, _ := value.([]any)
	index, _ := path[len(path)-1].(int)
	lines = append(lines, neighbour(tasks, index-1, indent)...)
	lines = append(lines, added...)
	lines = append(lines, neighbour(tasks, index, indent)...)
	return append(lines, a.joins()...), nil
}

func (a *addition) markOf(parent any, name string) byte {
	object, isObject := parent.(map[string]any)
	if _, there := object[name]; isObject && there {
		return ' '
	}
	return '+'
}

func neighbour(tasks []any, index int, indent string) []diffLine {
	if index < 0 || index >= len(tasks) {
		return nil
	}
	task, _ := tasks[index].(map[string]any)
	return []diffLine{{' ', indent + "- name: " + fmt.Sprint(task["name"])}}
}

// block is the new task as YAML, wired inputs with where they come from.
func (a *addition) block(indent string) ([]diffLine, error) {
	text, err := manifest.FromJSON(a.plan.Task)
	if err != nil {
		return nil, fmt.Errorf("show the task: %w", err)
	}
	var lines []diffLine
	inInputs := false
	for i, row := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
		if !strings.HasPrefix(row, " ") {
			inInputs = row == "inputParameters:"
		} else if key, _, found := strings.Cut(strings.TrimSpace(row), ":"); found && inInputs && a.plan.Origin[key] != "" {
			row += "     # " + a.plan.Origin[key]
		}
		lead := "  "
		if i == 0 {
			lead = "- "
		}
		lines = append(lines, diffLine{'+', indent + lead + row})
	}
	return lines, nil
}

// joins shows the join that now waits for the new task.
func (a *addition) joins() []diffLine {
	var lines []diffLine
	for _, edit := range a.plan.Edits[1:] {
		end := len(edit.Path) - 1
		index, _ := edit.Path[end].(int)
		on, _ := valueAt(a.tree, edit.Path[:end]).([]any)
		join, _ := valueAt(a.tree, edit.Path[:end-1]).(map[string]any)
		lines = append(lines, diffLine{' ', fmt.Sprintf("  %v waits for (joinOn):", join["taskReferenceName"])})
		if !edit.Insert && index < len(on) {
			lines = append(lines, diffLine{'-', fmt.Sprintf("    - %v", on[index])})
		}
		lines = append(lines, diffLine{'+', "    - " + a.plan.Ref})
	}
	return lines
}

func valueAt(value any, path []any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[s]
		case int:
			list, _ := value.([]any)
			if value = nil; s < len(list) {
				value = list[s]
			}
		}
	}
	return value
}
