package conductor

import "encoding/json"

// Audit holds the fields the server sets on what it stores. Times are milliseconds since 1970; zero means never.
type Audit struct {
	OwnerApp   string `json:"ownerApp,omitempty"`
	CreateTime int64  `json:"createTime"`
	UpdateTime int64  `json:"updateTime"`
	CreatedBy  string `json:"createdBy,omitempty"`
	UpdatedBy  string `json:"updatedBy,omitempty"`
}

// Tag is a label on a definition or application; a grant may name it as "key:value".
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Type  string `json:"type,omitempty"`
}

// TaskDef is a task definition: GET /metadata/taskdefs/{name}. Durations are in seconds; zero means no limit,
// except ResponseTimeoutSeconds, which must be at least 1. Use NewTaskDef for the server's defaults.
type TaskDef struct {
	Audit

	Name                        string         `json:"name"`
	Description                 string         `json:"description,omitempty"`
	RetryCount                  int            `json:"retryCount"`
	TimeoutSeconds              int64          `json:"timeoutSeconds"`
	InputKeys                   []string       `json:"inputKeys"`
	OutputKeys                  []string       `json:"outputKeys"`
	TimeoutPolicy               string         `json:"timeoutPolicy"`
	RetryLogic                  string         `json:"retryLogic"`
	RetryDelaySeconds           int            `json:"retryDelaySeconds"`
	ResponseTimeoutSeconds      int64          `json:"responseTimeoutSeconds"`
	ConcurrentExecLimit         int            `json:"concurrentExecLimit,omitempty"`
	InputTemplate               map[string]any `json:"inputTemplate"`
	RateLimitPerFrequency       int            `json:"rateLimitPerFrequency"`
	RateLimitFrequencyInSeconds int            `json:"rateLimitFrequencyInSeconds"`
	IsolationGroupID            string         `json:"isolationGroupId,omitempty"`
	ExecutionNameSpace          string         `json:"executionNameSpace,omitempty"`
	OwnerEmail                  string         `json:"ownerEmail,omitempty"`
	PollTimeoutSeconds          int            `json:"pollTimeoutSeconds,omitempty"`
	BackoffScaleFactor          int            `json:"backoffScaleFactor"`
	MaxRetryDelaySeconds        int            `json:"maxRetryDelaySeconds"`
	BackoffJitterMs             int            `json:"backoffJitterMs"`
	BaseType                    string         `json:"baseType,omitempty"`
	TotalTimeoutSeconds         int64          `json:"totalTimeoutSeconds"`
	TaskStatusListenerEnabled   bool           `json:"taskStatusListenerEnabled"`
	InputSchema                 map[string]any `json:"inputSchema,omitempty"`
	OutputSchema                map[string]any `json:"outputSchema,omitempty"`
	EnforceSchema               bool           `json:"enforceSchema"`
	RuntimeMetadata             []string       `json:"runtimeMetadata,omitempty"`
	Tags                        []Tag          `json:"tags,omitempty"`
	OverwriteTags               bool           `json:"overwriteTags,omitempty"`
}

// NewTaskDef returns a definition with the server's defaults (engine sheet §2), into which a request is decoded.
func NewTaskDef() TaskDef {
	return TaskDef{
		RetryCount: 3, TimeoutPolicy: "TIME_OUT_WF", RetryLogic: "FIXED", RetryDelaySeconds: 60,
		ResponseTimeoutSeconds: 3600, RateLimitFrequencyInSeconds: 1, BackoffScaleFactor: 1,
		TaskStatusListenerEnabled: true, InputKeys: []string{}, OutputKeys: []string{}, InputTemplate: map[string]any{},
	}
}

// UnmarshalJSON decodes a definition over the server's defaults, so that an absent field means what the server means by it.
func (d *TaskDef) UnmarshalJSON(data []byte) error {
	type plain TaskDef
	value := plain(NewTaskDef())
	if err := Decode(data, &value); err != nil {
		return err
	}
	*d = TaskDef(value)
	return nil
}

// WorkflowDef is a workflow definition: GET /metadata/workflow/{name}. TimeoutSeconds zero means no limit.
// Use NewWorkflowDef for the server's defaults.
type WorkflowDef struct {
	Audit

	Name                          string          `json:"name"`
	Description                   string          `json:"description,omitempty"`
	Version                       int             `json:"version"`
	Tasks                         []WorkflowTask  `json:"tasks"`
	InputParameters               []string        `json:"inputParameters"`
	OutputParameters              map[string]any  `json:"outputParameters"`
	FailureWorkflow               string          `json:"failureWorkflow,omitempty"`
	FailureWorkflowVersion        int             `json:"failureWorkflowVersion,omitempty"`
	SchemaVersion                 int             `json:"schemaVersion"`
	Restartable                   bool            `json:"restartable"`
	WorkflowStatusListenerEnabled bool            `json:"workflowStatusListenerEnabled"`
	WorkflowStatusListenerSink    string          `json:"workflowStatusListenerSink,omitempty"`
	OwnerEmail                    string          `json:"ownerEmail,omitempty"`
	TimeoutPolicy                 string          `json:"timeoutPolicy"`
	TimeoutSeconds                int64           `json:"timeoutSeconds"`
	Variables                     map[string]any  `json:"variables"`
	InputTemplate                 map[string]any  `json:"inputTemplate"`
	RateLimitConfig               map[string]any  `json:"rateLimitConfig,omitempty"`
	InputSchema                   map[string]any  `json:"inputSchema,omitempty"`
	OutputSchema                  map[string]any  `json:"outputSchema,omitempty"`
	EnforceSchema                 bool            `json:"enforceSchema"`
	Metadata                      map[string]any  `json:"metadata,omitempty"`
	CacheConfig                   json.RawMessage `json:"cacheConfig,omitempty"`
	MaskedFields                  []string        `json:"maskedFields,omitempty"`
	Tags                          []Tag           `json:"tags,omitempty"`
	OverwriteTags                 bool            `json:"overwriteTags,omitempty"`
}

// NewWorkflowDef returns a definition with the server's defaults (engine sheet §2), into which a request is decoded.
func NewWorkflowDef() WorkflowDef {
	return WorkflowDef{
		Version: 1, SchemaVersion: 2, Restartable: true, TimeoutPolicy: "ALERT_ONLY", EnforceSchema: true,
		Tasks: []WorkflowTask{}, InputParameters: []string{}, OutputParameters: map[string]any{},
		Variables: map[string]any{}, InputTemplate: map[string]any{},
	}
}

// UnmarshalJSON decodes a definition over the server's defaults.
func (d *WorkflowDef) UnmarshalJSON(data []byte) error {
	type plain WorkflowDef
	value := plain(NewWorkflowDef())
	if err := Decode(data, &value); err != nil {
		return err
	}
	*d = WorkflowDef(value)
	return nil
}

// SchemaDef is a schema of inputs or outputs, registered or inside a definition: GET /schema/{name}. Data is the JSON Schema where Type
// is JSON.
type SchemaDef struct {
	Audit

	Name        string         `json:"name"`
	Version     int            `json:"version"`
	Type        string         `json:"type,omitempty"`
	Data        map[string]any `json:"data,omitempty"`
	ExternalRef string         `json:"externalRef,omitempty"`
}

// WorkflowTask is one task in a workflow definition. Type is SIMPLE unless it says otherwise; StartDelay is in seconds.
// RetryCount nil means that the task definition's retryCount counts.
type WorkflowTask struct {
	Name                           string                    `json:"name"`
	TaskReferenceName              string                    `json:"taskReferenceName"`
	Description                    string                    `json:"description,omitempty"`
	InputParameters                map[string]any            `json:"inputParameters"`
	Type                           string                    `json:"type"`
	DynamicTaskNameParam           string                    `json:"dynamicTaskNameParam,omitempty"`
	CaseValueParam                 string                    `json:"caseValueParam,omitempty"`
	CaseExpression                 string                    `json:"caseExpression,omitempty"`
	ScriptExpression               string                    `json:"scriptExpression,omitempty"`
	DecisionCases                  map[string][]WorkflowTask `json:"decisionCases,omitempty"`
	DynamicForkJoinTasksParam      string                    `json:"dynamicForkJoinTasksParam,omitempty"`
	DynamicForkTasksParam          string                    `json:"dynamicForkTasksParam,omitempty"`
	DynamicForkTasksInputParamName string                    `json:"dynamicForkTasksInputParamName,omitempty"`
	DefaultCase                    []WorkflowTask            `json:"defaultCase,omitempty"`
	ForkTasks                      [][]WorkflowTask          `json:"forkTasks,omitempty"`
	StartDelay                     int                       `json:"startDelay"`
	SubWorkflowParam               *SubWorkflowParams        `json:"subWorkflowParam,omitempty"`
	JoinOn                         []string                  `json:"joinOn,omitempty"`
	Sink                           string                    `json:"sink,omitempty"`
	Optional                       bool                      `json:"optional"`
	TaskDefinition                 *TaskDef                  `json:"taskDefinition,omitempty"`
	RateLimited                    *bool                     `json:"rateLimited,omitempty"`
	DefaultExclusiveJoinTask       []string                  `json:"defaultExclusiveJoinTask,omitempty"`
	AsyncComplete                  bool                      `json:"asyncComplete"`
	LoopCondition                  *string                   `json:"loopCondition,omitempty"`
	LoopOver                       []WorkflowTask            `json:"loopOver,omitempty"`
	Items                          any                       `json:"items,omitempty"`
	RetryCount                     *int                      `json:"retryCount,omitempty"`
	EvaluatorType                  string                    `json:"evaluatorType,omitempty"`
	Expression                     string                    `json:"expression,omitempty"`
	OnStateChange                  map[string]any            `json:"onStateChange,omitempty"`
	JoinStatus                     string                    `json:"joinStatus,omitempty"`
	JoinMode                       string                    `json:"joinMode,omitempty"`
	CacheConfig                    json.RawMessage           `json:"cacheConfig,omitempty"`
	Permissive                     bool                      `json:"permissive"`
	Metadata                       map[string]any            `json:"metadata,omitempty"`
}

// UnmarshalJSON decodes a task with the type SIMPLE where none is given.
func (t *WorkflowTask) UnmarshalJSON(data []byte) error {
	type plain WorkflowTask
	value := plain{Type: "SIMPLE"}
	if err := Decode(data, &value); err != nil {
		return err
	}
	if value.InputParameters == nil {
		value.InputParameters = map[string]any{}
	}
	*t = WorkflowTask(value)
	return nil
}

// SubWorkflowParams names the workflow that a SUB_WORKFLOW task starts. Version nil or zero means the latest.
type SubWorkflowParams struct {
	Name                string            `json:"name,omitempty"`
	Version             any               `json:"version,omitempty"`
	TaskToDomain        map[string]string `json:"taskToDomain,omitempty"`
	WorkflowDefinition  any               `json:"workflowDefinition,omitempty"`
	IdempotencyKey      string            `json:"idempotencyKey,omitempty"`
	IdempotencyStrategy string            `json:"idempotencyStrategy,omitempty"`
	Priority            any               `json:"priority,omitempty"`
}
