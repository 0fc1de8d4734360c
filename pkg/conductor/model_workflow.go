package conductor

// Execution states as they travel on the wire.
const (
	WorkflowRunning    = "RUNNING"
	WorkflowCompleted  = "COMPLETED"
	WorkflowFailed     = "FAILED"
	WorkflowTimedOut   = "TIMED_OUT"
	WorkflowTerminated = "TERMINATED"
	WorkflowPaused     = "PAUSED"
)

// WorkflowTerminal reports whether an execution in this state has ended.
func WorkflowTerminal(status string) bool {
	return status != "" && status != WorkflowRunning && status != WorkflowPaused
}

// Workflow is an execution: GET /workflow/{id}. Times are milliseconds since 1970; EndTime zero means running.
type Workflow struct {
	Audit

	Status                    string            `json:"status"`
	StartTime                 int64             `json:"startTime"`
	EndTime                   int64             `json:"endTime"`
	WorkflowID                string            `json:"workflowId"`
	ParentWorkflowID          string            `json:"parentWorkflowId,omitempty"`
	ParentWorkflowTaskID      string            `json:"parentWorkflowTaskId,omitempty"`
	Tasks                     []Task            `json:"tasks"`
	Input                     map[string]any    `json:"input"`
	Output                    map[string]any    `json:"output"`
	CorrelationID             string            `json:"correlationId,omitempty"`
	ReRunFromWorkflowID       string            `json:"reRunFromWorkflowId,omitempty"`
	ReasonForIncompletion     string            `json:"reasonForIncompletion,omitempty"`
	Event                     string            `json:"event,omitempty"`
	TaskToDomain              map[string]string `json:"taskToDomain"`
	FailedReferenceTaskNames  []string          `json:"failedReferenceTaskNames"`
	FailedTaskNames           []string          `json:"failedTaskNames"`
	WorkflowDefinition        *WorkflowDef      `json:"workflowDefinition,omitempty"`
	ExternalInputPayloadPath  string            `json:"externalInputPayloadStoragePath,omitempty"`
	ExternalOutputPayloadPath string            `json:"externalOutputPayloadStoragePath,omitempty"`
	Priority                  int               `json:"priority"`
	Variables                 map[string]any    `json:"variables"`
	LastRetriedTime           int64             `json:"lastRetriedTime"`
	IdempotencyKey            string            `json:"idempotencyKey,omitempty"`
	RateLimitKey              string            `json:"rateLimitKey,omitempty"`
	RateLimited               bool              `json:"rateLimited"`
	WorkflowName              string            `json:"workflowName"`
	WorkflowVersion           int               `json:"workflowVersion"`
}

// WorkflowStatus is the short answer of GET /workflow/{id}/status.
type WorkflowStatus struct {
	WorkflowID    string         `json:"workflowId"`
	CorrelationID string         `json:"correlationId,omitempty"`
	Output        map[string]any `json:"output,omitempty"`
	Variables     map[string]any `json:"variables,omitempty"`
	Status        string         `json:"status"`
}

// WorkflowSummary is one row of GET /workflow/search. Times are text in RFC 3339 with milliseconds, UTC.
type WorkflowSummary struct {
	WorkflowType             string            `json:"workflowType"`
	Version                  int               `json:"version"`
	WorkflowID               string            `json:"workflowId"`
	CorrelationID            string            `json:"correlationId,omitempty"`
	StartTime                string            `json:"startTime,omitempty"`
	UpdateTime               string            `json:"updateTime,omitempty"`
	EndTime                  string            `json:"endTime,omitempty"`
	Status                   string            `json:"status"`
	Input                    string            `json:"input,omitempty"`
	Output                   string            `json:"output,omitempty"`
	ReasonForIncompletion    string            `json:"reasonForIncompletion,omitempty"`
	ExecutionTime            int64             `json:"executionTime"`
	Event                    string            `json:"event,omitempty"`
	FailedReferenceTaskNames string            `json:"failedReferenceTaskNames"`
	FailedTaskNames          []string          `json:"failedTaskNames"`
	Priority                 int               `json:"priority"`
	CreatedBy                string            `json:"createdBy,omitempty"`
	TaskToDomain             map[string]string `json:"taskToDomain"`
	IdempotencyKey           string            `json:"idempotencyKey,omitempty"`
	ParentWorkflowID         string            `json:"parentWorkflowId"`
	InputSize                int               `json:"inputSize"`
	OutputSize               int               `json:"outputSize"`
}

// SearchResult is a page of a search: TotalHits counts all matches, not only those returned.
type SearchResult[T any] struct {
	TotalHits int64 `json:"totalHits"`
	Results   []T   `json:"results"`
}

// StartWorkflowRequest is the body of POST /workflow. Version nil means the latest; Priority is 0 to 99, higher first.
// IdempotencyStrategy is FAIL, RETURN_EXISTING or FAIL_ON_RUNNING.
type StartWorkflowRequest struct {
	Name                     string            `json:"name"`
	Version                  *int              `json:"version,omitempty"`
	CorrelationID            string            `json:"correlationId,omitempty"`
	Input                    map[string]any    `json:"input"`
	TaskToDomain             map[string]string `json:"taskToDomain,omitempty"`
	WorkflowDef              *WorkflowDef      `json:"workflowDef,omitempty"`
	ExternalInputPayloadPath string            `json:"externalInputPayloadStoragePath,omitempty"`
	Priority                 int               `json:"priority,omitempty"`
	CreatedBy                string            `json:"createdBy,omitempty"`
	IdempotencyKey           string            `json:"idempotencyKey,omitempty"`
	IdempotencyStrategy      string            `json:"idempotencyStrategy,omitempty"`
}

// RerunWorkflowRequest is the body of POST /workflow/{id}/rerun. Without a task the execution runs again from its start; what is not
// given stays as it was.
type RerunWorkflowRequest struct {
	ReRunFromTaskID string         `json:"reRunFromTaskId,omitempty"`
	WorkflowInput   map[string]any `json:"workflowInput,omitempty"`
	TaskInput       map[string]any `json:"taskInput,omitempty"`
	CorrelationID   string         `json:"correlationId,omitempty"`
}

// SkipTaskRequest is the body of PUT /workflow/{id}/skiptask/{ref}: what others find as the task's input and output.
type SkipTaskRequest struct {
	TaskInput  map[string]any `json:"taskInput,omitempty"`
	TaskOutput map[string]any `json:"taskOutput,omitempty"`
}

// UpgradeWorkflowRequest is the body of POST /workflow/{id}/upgrade. Version zero means the latest; TaskOutput is the output of new
// tasks that the execution has passed already, WorkflowInput is laid over its input.
type UpgradeWorkflowRequest struct {
	Name          string         `json:"name"`
	Version       int            `json:"version,omitempty"`
	TaskOutput    map[string]any `json:"taskOutput,omitempty"`
	WorkflowInput map[string]any `json:"workflowInput,omitempty"`
}

// How a signal or a synchronous execution answers: with the workflow that was asked about, the one that holds the task which it waits
// at, or that task.
const (
	ReturnTargetWorkflow    = "TARGET_WORKFLOW"
	ReturnBlockingWorkflow  = "BLOCKING_WORKFLOW"
	ReturnBlockingTask      = "BLOCKING_TASK"
	ReturnBlockingTaskInput = "BLOCKING_TASK_INPUT"
)

// SignalResponse is what all such answers have. SignalTimeout tells that the workflow still went on when the time was up.
type SignalResponse struct {
	ResponseType         string         `json:"responseType"`
	TargetWorkflowID     string         `json:"targetWorkflowId"`
	TargetWorkflowStatus string         `json:"targetWorkflowStatus"`
	RequestID            string         `json:"requestId,omitempty"`
	WorkflowID           string         `json:"workflowId"`
	CorrelationID        string         `json:"correlationId,omitempty"`
	Input                map[string]any `json:"input"`
	Output               map[string]any `json:"output"`
	SignalTimeout        bool           `json:"signalTimeout"`
	Priority             int            `json:"priority"`
	CreatedBy            string         `json:"createdBy,omitempty"`
	CreateTime           int64          `json:"createTime"`
	UpdateTime           int64          `json:"updateTime"`
	Status               string         `json:"status"`
}

// WorkflowRun is the answer that is a workflow.
type WorkflowRun struct {
	SignalResponse

	Variables map[string]any `json:"variables"`
	Tasks     []Task         `json:"tasks"`
}

// TaskRun is the answer that is a task.
type TaskRun struct {
	SignalResponse

	TaskType              string `json:"taskType"`
	TaskID                string `json:"taskId"`
	ReferenceTaskName     string `json:"referenceTaskName"`
	RetryCount            int    `json:"retryCount"`
	TaskDefName           string `json:"taskDefName"`
	RetriedTaskID         string `json:"retriedTaskId,omitempty"`
	WorkflowType          string `json:"workflowType"`
	ReasonForIncompletion string `json:"reasonForIncompletion,omitempty"`
}

// WorkflowStateUpdate is the body of POST /workflow/{id}/state: variables that are laid over the workflow's, and the result of a task
// that waits under a reference name. A result without a status completes the task.
type WorkflowStateUpdate struct {
	TaskReferenceName string         `json:"taskReferenceName,omitempty"`
	TaskResult        *TaskResult    `json:"taskResult,omitempty"`
	Variables         map[string]any `json:"variables,omitempty"`
}

// TaskMock is one outcome of a task in a test of a workflow. Without a status it is completed. The times are in milliseconds.
type TaskMock struct {
	Status        string         `json:"status,omitempty"`
	Output        map[string]any `json:"output,omitzero"` // the open-source server fails without one
	ExecutionTime int64          `json:"executionTime,omitempty"`
	QueueWaitTime int64          `json:"queueWaitTime,omitempty"`
	// ReasonForIncompletion is a word of the embedded server's; others pass over it.
	ReasonForIncompletion string `json:"reasonForIncompletion,omitempty"`
	// Repeat makes it the outcome of every further attempt too. No server hears of it.
	Repeat bool `json:"-"`
}

// WorkflowTestRequest is the body of POST /workflow/test: a start, and by reference name what comes of the attempts at each task and
// of the workflows inside.
type WorkflowTestRequest struct {
	StartWorkflowRequest

	TaskRefToMockOutput    map[string][]TaskMock          `json:"taskRefToMockOutput,omitempty"`
	SubWorkflowTestRequest map[string]WorkflowTestRequest `json:"subWorkflowTestRequest,omitempty"`
}

// BulkResponse is the answer of the bulk calls: what worked, and what failed with its reason.
type BulkResponse struct {
	BulkErrorResults      map[string]string `json:"bulkErrorResults"`
	BulkSuccessfulResults []string          `json:"bulkSuccessfulResults"`
}
