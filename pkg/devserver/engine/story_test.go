package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// story is what became of everything, as text that is the same on both servers: ids are ID, and what has no order is sorted.
func (p *player) story() string {
	var lines []string
	for _, line := range p.log {
		if !strings.HasPrefix(line, "report") {
			lines = append(lines, line)
		}
	}
	for _, at := range p.look() {
		wf := &at.wf
		lines = append(lines, fmt.Sprintf("%s: %s.%d %s %v %v in=%s out=%s vars=%s %s", at.path, wf.WorkflowName, wf.WorkflowVersion, wf.Status,
			sorted(wf.FailedReferenceTaskNames), sorted(wf.FailedTaskNames), jsonOf(lacking(wf.Input, "failedWorkflow")), jsonOf(wf.Output),
			jsonOf(wf.Variables), wf.ReasonForIncompletion))
		var tasks []string
		for i := range wf.Tasks {
			tasks = append(tasks, "  "+taskLine(&wf.Tasks[i]))
		}
		slices.Sort(tasks)
		lines = append(lines, tasks...)
	}
	return anonymous(strings.Join(lines, "\n"))
}

func taskLine(task *conductor.Task) string {
	input := lacking(task.InputData, "subWorkflowDefinition", "forkedTaskDefs") // whole definitions, each with its server's defaults
	return fmt.Sprintf("%s#%d %s %s %s %d in=%s out=%s %s", task.ReferenceTaskName, task.RetryCount, task.Status, task.TaskType, task.TaskDefName,
		task.Iteration, jsonOf(input), jsonOf(task.OutputData), task.ReasonForIncompletion)
}

func jsonOf(value any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

func anonymous(text string) string {
	text = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(text, "ID")
	return regexp.MustCompile(`(after|elapsed) \d+ seconds`).ReplaceAllString(text, "$1 N seconds")
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

// lacking is a map without some of its keys.
func lacking(values map[string]any, keys ...string) map[string]any {
	rest := maps.Clone(values)
	for _, key := range keys {
		delete(rest, key)
	}
	return rest
}
