package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// normal takes out of answers what no two servers, and no two runs, have in common.
type normal struct {
	tag   string            // the end of every name that the scenario made
	names map[string]string // what the scenario calls the ids that it knows
	host  string
	rules []rule
}

type rule struct {
	pattern *regexp.Regexp
	becomes string
}

func newNormal(tag string) *normal {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	rules := []rule{
		{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "ID"},
		{regexp.MustCompile(`[0-9a-f]{32,}`), "ID"},
		{regexp.MustCompile(`(127\.0\.0\.1|localhost):\d{4,5}`), "HOST"},
		{regexp.MustCompile(`\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT`), "DATE"},
		{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?`), "TIME"},
		{regexp.MustCompile(`\b(1[6-9]|2[0-5])\d{11}\b`), "TIME"},
		{regexp.MustCompile(`after \d+ seconds`), "after N seconds"},
		{regexp.MustCompile(`x{1000,}`), "FILL"},
		{regexp.MustCompile(`Lambda/0x[0-9a-f]+`), "Lambda"},
	}
	return &normal{tag: tag, names: map[string]string{}, host: host, rules: rules}
}

// text is a piece of text without ids, times and the scenario's own tag.
func (n *normal) text(text string) string {
	text = strings.ReplaceAll(text, n.tag, "")
	for id, name := range n.names {
		text = strings.ReplaceAll(text, id, name)
	}
	for _, rule := range n.rules {
		text = rule.pattern.ReplaceAllString(text, rule.becomes)
	}
	return text
}

// value is a JSON value without what is the server's own affair.
func (n *normal) value(value any) any {
	switch value := value.(type) {
	case map[string]any:
		fields := map[string]any{}
		for key, field := range value {
			if kept, keep := n.field(key, field); keep {
				fields[key] = kept
			}
		}
		return fields
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			list[i] = n.value(element)
		}
		return list
	}
	return value
}

// field is one field of an object, and whether it is to be compared at all.
func (n *normal) field(key string, value any) (any, bool) {
	switch key {
	case "instance", "retryable", "requestId": // of an error: the host's name, and a word that only the real server knows; of a call: a random number
		return nil, false
	case "executed", "executionMetadata": // the real server's own book-keeping
		return nil, false
	case "validationErrors": // in the order of a hash there
		return n.sorted(value), true
	case "queueWaitTime", "executionTime":
		return "SPAN", true
	case "updateTime": // zero or not is a matter of when one looks
		return "TIME", true
	case "workerId", "lastWorkerId":
		if value == n.host {
			return "SERVER", true
		}
	case "failedReferenceTaskNames", "failedTaskNames": // sets
		value = n.sorted(value)
	case "input", "output", "inputData", "outputData", "variables", "workflowInput", "inputParameters", "inputTemplate":
		return value, !empty(value) // what the user gave, to the last null
	}
	value = n.value(value)
	return value, !empty(value)
}

// sorted is a set in order.
func (n *normal) sorted(value any) any {
	list, isList := value.([]any)
	if !isList {
		return value
	}
	sorted := make([]any, len(list))
	for i, element := range list {
		sorted[i] = n.value(element)
	}
	slices.SortFunc(sorted, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return sorted
}

// empty reports whether a field says no more than an absent one.
func empty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return false
}

// compact is a value of the server's own on one line, its fields in order.
func (n *normal) compact(value any) string { return n.exact(n.value(value)) }

// exact is a value as the user gave it on one line, its fields in order.
func (n *normal) exact(value any) string {
	text, err := marshal(value)
	if err != nil {
		return err.Error()
	}
	return n.text(text)
}

// filtered applies jq to a value. `own` tells whether something is the scenario's.
func (n *normal) filtered(program string, value any) ([]any, error) {
	query, err := gojq.Parse(fmt.Sprintf("def own: tostring | contains(%q); ", n.tag) + program)
	if err != nil {
		return nil, fmt.Errorf("jq %s: %w", program, err)
	}
	var results []any
	for found := query.Run(value); ; {
		result, more := found.Next()
		if !more {
			return results, nil
		}
		if err, failed := result.(error); failed {
			return nil, fmt.Errorf("jq %s: %w", program, err)
		}
		results = append(results, result)
	}
}

// execution is a workflow, one line for it and one for each task.
func (n *normal) execution(wf conductor.Workflow) []string {
	failed := slices.Sorted(slices.Values(wf.FailedReferenceTaskNames))
	lines := []string{strings.TrimSpace(fmt.Sprintf("%s output=%s failed=%s %s", wf.Status, n.exact(wf.Output), strings.Join(failed, ","),
		n.text(wf.ReasonForIncompletion)))}
	for i, task := range wf.Tasks {
		marks := ""
		if task.Retried {
			marks = " retried"
		}
		if task.Iteration > 0 {
			marks += fmt.Sprint(" iteration ", task.Iteration)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%d %s#%d %s %s%s in=%s out=%s %s", i+1, n.text(task.ReferenceTaskName), task.RetryCount,
			n.text(task.TaskType), task.Status, marks, n.exact(n.given(task)), n.exact(task.OutputData), n.text(task.ReasonForIncompletion))))
	}
	return lines
}

// given is the input that a task was made with, without what every SUB_WORKFLOW says when nobody says otherwise.
func (n *normal) given(task conductor.Task) map[string]any {
	input := map[string]any{}
	for key, value := range task.InputData {
		if key == "forkedTaskDefs" { // definitions, not what the user gave
			value = n.value(value)
		}
		if task.TaskType != "SUB_WORKFLOW" || value != nil {
			input[key] = value
		}
	}
	return input
}
