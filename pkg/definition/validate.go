package definition

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Violation is one rule of the server that a definition breaks. Path is the field's name, or the item's index in a list of
// definitions; Reference is the task in a workflow that it is about; Invalid is the offending value where it is a scalar.
type Violation struct {
	Path      string
	Message   string
	Reference string
	Invalid   any
	Duplicate bool // Reference is the name of another task too
}

// ValidateTaskDefs applies the server's rules for task definitions, with its messages (engine sheet §3.18).
func ValidateTaskDefs(defs []conductor.TaskDef) []Violation {
	var found []Violation
	for i, def := range defs {
		for _, violation := range ValidateTaskDef(def) {
			violation.Path = strings.TrimSuffix(fmt.Sprintf("[%d].%s", i, violation.Path), ".")
			found = append(found, violation)
		}
	}
	return found
}

// ValidateTaskDef applies the server's rules for one task definition.
func ValidateTaskDef(def conductor.TaskDef) []Violation {
	var found []Violation
	rule := func(broken bool, path string, invalid any, format string, args ...any) {
		if broken {
			found = append(found, Violation{Path: path, Message: fmt.Sprintf(format, args...), Invalid: invalid})
		}
	}
	rule(strings.TrimSpace(def.Name) == "", "name", def.Name, "TaskDef name cannot be null or empty")
	rule(def.RetryCount < 0, "retryCount", def.RetryCount, "TaskDef retryCount: 0 must be >= 0")
	rule(def.ResponseTimeoutSeconds < 1, "responseTimeoutSeconds", def.ResponseTimeoutSeconds,
		"TaskDef responseTimeoutSeconds: %d should be minimum 1 second", def.ResponseTimeoutSeconds)
	rule(def.PollTimeoutSeconds < 0, "pollTimeoutSeconds", def.PollTimeoutSeconds, "TaskDef pollTimeoutSeconds: 0 must be >= 0")
	rule(def.TotalTimeoutSeconds < 0, "totalTimeoutSeconds", def.TotalTimeoutSeconds, "TaskDef totalTimeoutSeconds: 0 must be >= 0")
	rule(def.MaxRetryDelaySeconds < 0, "maxRetryDelaySeconds", def.MaxRetryDelaySeconds, "TaskDef maxRetryDelaySeconds: 0 must be >= 0")
	rule(def.BackoffJitterMs < 0, "backoffJitterMs", def.BackoffJitterMs, "TaskDef backoffJitterMs: 0 must be >= 0")
	rule(def.BackoffScaleFactor < 1, "backoffScaleFactor", def.BackoffScaleFactor, "Backoff scale factor. Applicable for LINEAR_BACKOFF")
	rule(def.TimeoutSeconds > 0 && def.ResponseTimeoutSeconds > def.TimeoutSeconds, "", nil,
		"TaskDef: %s responseTimeoutSeconds: %d must be less than timeoutSeconds: %d", def.Name, def.ResponseTimeoutSeconds, def.TimeoutSeconds)
	rule(def.TotalTimeoutSeconds > 0 && def.TimeoutSeconds > def.TotalTimeoutSeconds, "", nil,
		"TaskDef: %s timeoutSeconds: %d must be less than or equal to totalTimeoutSeconds: %d", def.Name, def.TimeoutSeconds, def.TotalTimeoutSeconds)
	rule(!oneOf(def.TimeoutPolicy, "RETRY", "TIME_OUT_WF", "ALERT_ONLY"), "timeoutPolicy", def.TimeoutPolicy,
		"timeoutPolicy: %s is not one of RETRY, TIME_OUT_WF, ALERT_ONLY", def.TimeoutPolicy)
	rule(!oneOf(def.RetryLogic, "FIXED", "EXPONENTIAL_BACKOFF", "LINEAR_BACKOFF"), "retryLogic", def.RetryLogic,
		"retryLogic: %s is not one of FIXED, EXPONENTIAL_BACKOFF, LINEAR_BACKOFF", def.RetryLogic)
	return found
}

func oneOf(word string, words ...string) bool { return slices.Contains(words, word) }

type workflowRules struct {
	def   conductor.WorkflowDef
	refs  map[string]bool
	found []Violation
}

func (w *workflowRules) broken(path, reference, format string, args ...any) {
	w.found = append(w.found, Violation{Path: path, Reference: reference, Message: fmt.Sprintf(format, args...)})
}

// ValidateWorkflowDef applies the server's rules for a workflow definition, with its messages (engine sheet §3.18, access sheet §8.4).
func ValidateWorkflowDef(def conductor.WorkflowDef) []Violation {
	w := &workflowRules{def: def, refs: map[string]bool{}}
	if strings.TrimSpace(def.Name) == "" {
		w.broken("name", "", "WorkflowDef name cannot be null or empty")
	}
	if len(def.Tasks) == 0 {
		w.broken("tasks", "", "WorkflowTask list cannot be empty")
	}
	if def.SchemaVersion != 2 {
		w.found = append(w.found, Violation{
			Path: "schemaVersion", Message: "workflowDef schemaVersion: 2 is only supported", Invalid: def.SchemaVersion,
		})
	}
	if !oneOf(def.TimeoutPolicy, "TIME_OUT_WF", "ALERT_ONLY") {
		w.broken("timeoutPolicy", "", "timeoutPolicy: %s is not one of TIME_OUT_WF, ALERT_ONLY", def.TimeoutPolicy)
	}
	w.tasks(def.Tasks, "tasks", true)
	for _, task := range def.Tasks {
		w.inputs(task, task.InputParameters)
	}
	return w.found
}

// EachTask calls f for each task of a list and those inside them: cases, branches and loop bodies.
func EachTask(tasks []conductor.WorkflowTask, f func(conductor.WorkflowTask)) {
	for _, task := range tasks {
		f(task)
		for _, list := range task.DecisionCases {
			EachTask(list, f)
		}
		EachTask(task.DefaultCase, f)
		for _, branch := range task.ForkTasks {
			EachTask(branch, f)
		}
		EachTask(task.LoopOver, f)
	}
}

// tasks applies the rules of each task; those of its type as the server does: in cases and branches, and not in the bodies of loops.
func (w *workflowRules) tasks(tasks []conductor.WorkflowTask, list string, typed bool) {
	for i, task := range tasks {
		at := fmt.Sprintf("%s[%d]", list, i)
		if task.TaskReferenceName != "" && w.refs[task.TaskReferenceName] {
			w.found = append(w.found, Violation{
				Reference: task.TaskReferenceName, Duplicate: true,
				Message: fmt.Sprintf("taskReferenceName: %s should be unique across tasks for a given workflowDefinition: %s", task.TaskReferenceName, w.def.Name),
			})
		}
		w.refs[task.TaskReferenceName] = true
		w.named(task, at)
		if typed {
			w.typed(task, at)
		}
		for _, name := range slices.Sorted(maps.Keys(task.DecisionCases)) {
			w.tasks(task.DecisionCases[name], at+".decisionCases["+name+"].<map value>", typed)
		}
		w.tasks(task.DefaultCase, at+".defaultCase", typed)
		for n, branch := range task.ForkTasks {
			w.tasks(branch, fmt.Sprintf("%s.forkTasks[%d].<list element>", at, n), typed)
		}
		w.tasks(task.LoopOver, at+".loopOver", false)
	}
}

func (w *workflowRules) named(task conductor.WorkflowTask, at string) {
	if strings.TrimSpace(task.Name) == "" {
		w.broken(at+".name", task.TaskReferenceName, "WorkflowTask name cannot be empty or null")
	}
	if strings.TrimSpace(task.TaskReferenceName) == "" {
		w.broken(at+".taskReferenceName", "", "WorkflowTask taskReferenceName name cannot be empty or null")
	}
}

func (w *workflowRules) typed(task conductor.WorkflowTask, at string) {
	for _, need := range required[task.Type] {
		if !need.met(task) {
			w.broken(at, task.TaskReferenceName, "%s field is required for taskType: %s taskName: %s", need.field, task.Type, task.Name)
			if task.Type == "SWITCH" {
				break // without an evaluator its expression is not asked for
			}
		}
	}
	w.whole(task, at)
}

// whole applies the rules of a type that are about more than whether a field is there.
func (w *workflowRules) whole(task conductor.WorkflowTask, at string) {
	_, hasStatus := task.InputParameters["terminationStatus"]
	status, _ := task.InputParameters["terminationStatus"].(string)
	switch {
	case oneOf(task.Type, "SWITCH", "DECISION") && len(task.DecisionCases) == 0:
		w.broken(at, task.TaskReferenceName, "decisionCases should have atleast one task for taskType: %s taskName: %s", task.Type, task.Name)
	case task.Type == "FORK_JOIN" && len(task.ForkTasks) == 0:
		w.broken(at, task.TaskReferenceName, "forkTasks should have atleast one task for taskType: %s taskName: %s", task.Type, task.Name)
	case task.Type == "TERMINATE" && (!hasStatus || !oneOf(status, "COMPLETED", "FAILED", "TERMINATED")):
		w.broken(at, task.TaskReferenceName,
			"terminate task must have an terminationStatus parameter and must be set to COMPLETED or FAILED, taskName: %s", task.Name)
	case task.Type == "TERMINATE" && task.Optional:
		w.broken(at, task.TaskReferenceName, "terminate task cannot be optional, taskName: %s", task.Name)
	case task.Type == "WAIT":
		w.waits(at, task)
	}
}

// required tells, of each task type, the fields that it cannot do without and whether a task has them.
var required = map[string][]requirement{ //nolint:gochecknoglobals // a table of facts
	"EVENT": {{"sink", func(t conductor.WorkflowTask) bool { return t.Sink != "" }}},
	"DECISION": {{"caseValueParam or caseExpression", func(t conductor.WorkflowTask) bool {
		return t.CaseValueParam != "" || t.CaseExpression != ""
	}}},
	"SWITCH": {
		{"evaluatorType", func(t conductor.WorkflowTask) bool { return t.EvaluatorType != "" }},
		{"expression", func(t conductor.WorkflowTask) bool { return t.Expression != "" }},
	},
	"DYNAMIC": {{"dynamicTaskNameParam", func(t conductor.WorkflowTask) bool { return t.DynamicTaskNameParam != "" }}},
	"FORK_JOIN_DYNAMIC": {
		{"dynamicForkTasksParam", func(t conductor.WorkflowTask) bool { return forksOtherwise(t) || t.DynamicForkTasksParam != "" }},
		{"dynamicForkTasksInputParamName", func(t conductor.WorkflowTask) bool {
			return forksOtherwise(t) || t.DynamicForkTasksInputParamName != ""
		}},
	},
	"HTTP": {{"inputParameters.http_request or inputParameters.uri", func(t conductor.WorkflowTask) bool {
		return has(t.InputParameters, "http_request", "uri") || inTemplate(t, "http_request")
	}}},
	"DO_WHILE": {
		{"loopCondition", func(t conductor.WorkflowTask) bool { return t.LoopCondition != nil }},
		{"loopOver", func(t conductor.WorkflowTask) bool { return len(t.LoopOver) > 0 }},
	},
	"SUB_WORKFLOW": {{"subWorkflowParam", func(t conductor.WorkflowTask) bool { return t.SubWorkflowParam != nil }}},
	"KAFKA_PUBLISH": {{"inputParameters.kafka_request", func(t conductor.WorkflowTask) bool {
		return has(t.InputParameters, "kafka_request") || inTemplate(t, "kafka_request")
	}}},
	"JSON_JQ_TRANSFORM": {{"inputParameters.queryExpression", func(t conductor.WorkflowTask) bool {
		return has(t.InputParameters, "queryExpression") || inTemplate(t, "queryExpression")
	}}},
}

type requirement struct {
	field string
	met   func(task conductor.WorkflowTask) bool
}

// forksOtherwise reports whether a dynamic fork is written in one of its two newer ways.
func forksOtherwise(t conductor.WorkflowTask) bool {
	return has(t.InputParameters, "forkTaskInputs") || t.DynamicForkJoinTasksParam != ""
}

func inTemplate(task conductor.WorkflowTask, name string) bool {
	if task.TaskDefinition == nil {
		return false
	}
	_, ok := task.TaskDefinition.InputTemplate[name]
	return ok
}

var expression = regexp.MustCompile(`\$\{([^{}]*)\}`)

// inputs checks that the expressions of a top-level task's inputs name the workflow or a task of the definition.
func (w *workflowRules) inputs(task conductor.WorkflowTask, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, item := range v {
			if text, ok := item.(string); ok {
				w.expressions(task, name, text)
				continue
			}
			w.inputs(task, item)
		}
	case []any:
		for _, item := range v {
			w.inputs(task, item)
		}
	}
}

func (w *workflowRules) expressions(task conductor.WorkflowTask, name, text string) {
	for _, inner := range Expressions(text) {
		if inner != strings.TrimSpace(inner) || inner == "" || strings.HasPrefix(inner, "$.") {
			w.broken("", task.TaskReferenceName, "key: %s input parameter value: %s is not valid", name, inner)
			continue
		}
		source, _, dotted := strings.Cut(inner, ".")
		source, _, _ = strings.Cut(source, "[")
		if dotted && source != "workflow" && !w.refs[source] {
			w.broken("", task.TaskReferenceName,
				"taskReferenceName: %s for given task: %s input value: %s of input parameter: %s is not defined in workflow definition.",
				source, task.Name, name, text)
		}
	}
}

// Expressions are what stands between ${ and } in a text. $${…} is the text itself.
func Expressions(text string) []string {
	var found []string
	for _, at := range expression.FindAllStringSubmatchIndex(text, -1) {
		if at[0] == 0 || text[at[0]-1] != '$' {
			found = append(found, text[at[2]:at[3]])
		}
	}
	return found
}
