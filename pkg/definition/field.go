// Package definition knows what task and workflow definitions look like: one table of fields per kind, from which people's files
// are checked, and the rules of the real server with its own messages, which the embedded server enforces.
package definition

import "slices"

// Kind is a kind of document, spelled as in its `kind` member.
type Kind string

// The kinds that files may hold.
const (
	KindTaskDef     Kind = "TaskDef"
	KindWorkflowDef Kind = "WorkflowDef"

	KindEventHandler Kind = "EventHandler"
	KindWebhook      Kind = "Webhook"
	KindSchedule     Kind = "WorkflowSchedule"
)

// Kinds lists the kinds that files may hold.
func Kinds() []string {
	return []string{string(KindTaskDef), string(KindWorkflowDef), string(KindEventHandler), string(KindWebhook), string(KindSchedule)}
}

// Type is the JSON type that a field's value must have.
type Type string

// The types. Any allows everything.
const (
	String  Type = "a string"
	Integer Type = "an integer"
	Boolean Type = "true or false"
	Object  Type = "an object"
	List    Type = "a list"
	Strings Type = "a list of strings"
	Any     Type = "any value"
)

// Field is one field of a kind. Min nil means that any number is allowed.
type Field struct {
	Name     string
	Type     Type
	Enum     []string
	Min      *int64
	Required bool
	ReadOnly bool // set by the server; accepted in files, since exports hold it
}

func at(least int64) *int64 { return &least }

func named(t Type, names ...string) []Field {
	fields := make([]Field, 0, len(names))
	for _, name := range names {
		fields = append(fields, Field{Name: name, Type: t})
	}
	return fields
}

func audit() []Field {
	fields := append(named(String, "ownerApp", "createdBy", "updatedBy"), named(Integer, "createTime", "updateTime")...)
	for i := range fields {
		fields[i].ReadOnly = true
	}
	return fields
}

func join(groups ...[]Field) []Field {
	var all []Field
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}

// TaskDefFields are the fields of a task definition (access sheet §7.1, and the Orkes OpenAPI document).
func TaskDefFields() []Field {
	return join([]Field{
		{Name: "name", Type: String, Required: true},
		{Name: "retryCount", Type: Integer, Min: at(0)},
		{Name: "timeoutSeconds", Type: Integer},
		{Name: "responseTimeoutSeconds", Type: Integer, Min: at(1)},
		{Name: "pollTimeoutSeconds", Type: Integer, Min: at(0)},
		{Name: "totalTimeoutSeconds", Type: Integer, Min: at(0)},
		{Name: "timeoutPolicy", Type: String, Enum: []string{"RETRY", "TIME_OUT_WF", "ALERT_ONLY"}},
		{Name: "retryLogic", Type: String, Enum: []string{"FIXED", "EXPONENTIAL_BACKOFF", "LINEAR_BACKOFF"}},
		{Name: "backoffScaleFactor", Type: Integer, Min: at(1)},
		{Name: "maxRetryDelaySeconds", Type: Integer, Min: at(0)},
		{Name: "backoffJitterMs", Type: Integer, Min: at(0)},
	},
		named(String, "description", "ownerEmail", "isolationGroupId", "executionNameSpace", "baseType"),
		named(Integer, "retryDelaySeconds", "concurrentExecLimit", "rateLimitPerFrequency", "rateLimitFrequencyInSeconds"),
		named(Strings, "inputKeys", "outputKeys", "runtimeMetadata"),
		named(Object, "inputTemplate", "inputSchema", "outputSchema"),
		named(Boolean, "enforceSchema", "taskStatusListenerEnabled", "overwriteTags"),
		named(List, "tags"), audit(),
	)
}

// WorkflowDefFields are the fields of a workflow definition (access sheet §8.1, and the Orkes OpenAPI document).
func WorkflowDefFields() []Field {
	return join([]Field{
		{Name: "name", Type: String, Required: true},
		{Name: "tasks", Type: List, Required: true},
		{Name: "timeoutPolicy", Type: String, Enum: []string{"TIME_OUT_WF", "ALERT_ONLY"}},
	},
		named(String, "description", "failureWorkflow", "workflowStatusListenerSink", "ownerEmail"),
		named(Integer, "version", "schemaVersion", "timeoutSeconds", "failureWorkflowVersion"),
		named(Boolean, "restartable", "workflowStatusListenerEnabled", "enforceSchema", "overwriteTags"),
		named(Object, "outputParameters", "variables", "inputTemplate", "rateLimitConfig", "inputSchema", "outputSchema", "metadata", "cacheConfig"),
		named(List, "inputParameters", "tags"), named(Strings, "maskedFields"), audit(),
	)
}

// WorkflowTaskFields are the fields of one task in a workflow definition (access sheet §8.1).
func WorkflowTaskFields() []Field {
	return join([]Field{
		{Name: "name", Type: String, Required: true},
		{Name: "taskReferenceName", Type: String, Required: true},
		{Name: "startDelay", Type: Integer, Min: at(0)},
		{Name: "joinMode", Type: String, Enum: []string{"SYNC", "ASYNC"}},
	},
		named(String, "type", "description", "dynamicTaskNameParam", "caseValueParam", "caseExpression", "scriptExpression",
			"dynamicForkJoinTasksParam", "dynamicForkTasksParam", "dynamicForkTasksInputParamName", "sink", "loopCondition",
			"evaluatorType", "expression", "joinStatus", "workflowTaskType"),
		named(Integer, "retryCount"),
		named(Boolean, "optional", "asyncComplete", "rateLimited", "permissive"),
		named(Object, "inputParameters", "decisionCases", "subWorkflowParam", "taskDefinition", "onStateChange", "cacheConfig", "metadata"),
		named(List, "defaultCase", "forkTasks", "loopOver"), named(Strings, "joinOn", "defaultExclusiveJoinTask"),
		named(Any, "items"), audit(),
	)
}

// KindOf tells a document's kind by its shape: a workflow has tasks, a schedule a cron expression, a task definition neither. False where it could be either.
func KindOf(tree map[string]any) (Kind, bool) {
	if kind, ok := tree["kind"].(string); ok {
		return Kind(kind), slices.Contains(Kinds(), kind)
	}
	switch {
	case has(tree, "event") && has(tree, "actions"):
		return KindEventHandler, true
	case has(tree, "verifier"):
		return KindWebhook, true
	}
	if _, ok := tree["tasks"]; ok {
		return KindWorkflowDef, true
	}
	if has(tree, "cronExpression", "cronSchedules", "startWorkflowRequest") {
		return KindSchedule, true
	}
	known := has(tree, "retryCount", "retryLogic", "timeoutPolicy", "responseTimeoutSeconds", "inputKeys", "outputKeys",
		"retryDelaySeconds", "concurrentExecLimit", "rateLimitPerFrequency", "pollTimeoutSeconds", "totalTimeoutSeconds")
	workflow := has(tree, "schemaVersion", "inputParameters", "outputParameters", "failureWorkflow", "restartable")
	if _, named := tree["name"]; !named || workflow {
		return "", false
	}
	return KindTaskDef, known
}

// has reports whether one of the names is a member of the tree.
func has(tree map[string]any, names ...string) bool {
	for _, name := range names {
		if _, ok := tree[name]; ok {
			return true
		}
	}
	return false
}
