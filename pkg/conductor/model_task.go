package conductor

// Task states as they travel on the wire (engine sheet §2).
const (
	TaskScheduled           = "SCHEDULED"
	TaskInProgress          = "IN_PROGRESS"
	TaskCanceled            = "CANCELED"
	TaskFailed              = "FAILED"
	TaskFailedTerminally    = "FAILED_WITH_TERMINAL_ERROR"
	TaskCompleted           = "COMPLETED"
	TaskCompletedWithErrors = "COMPLETED_WITH_ERRORS"
	TaskTimedOut            = "TIMED_OUT"
	TaskSkipped             = "SKIPPED"
)

// TaskTerminal reports whether a task in this state will not change again.
func TaskTerminal(status string) bool {
	return status != "" && status != TaskScheduled && status != TaskInProgress
}

// TaskSuccessful reports whether a terminal task in this state lets its workflow go on.
func TaskSuccessful(status string) bool {
	return status == TaskCompleted || status == TaskCompletedWithErrors || status == TaskSkipped
}

// Task is one attempt at one task of one execution, as GET /tasks/{taskId} and the polls answer it.
// Times are milliseconds since 1970; zero means "not yet".
type Task struct {
	TaskType                    string            `json:"taskType,omitempty"`
	Status                      string            `json:"status,omitempty"`
	InputData                   map[string]any    `json:"inputData"`
	ReferenceTaskName           string            `json:"referenceTaskName,omitempty"`
	RetryCount                  int               `json:"retryCount"`
	Seq                         int               `json:"seq"`
	CorrelationID               string            `json:"correlationId,omitempty"`
	PollCount                   int               `json:"pollCount"`
	TaskDefName                 string            `json:"taskDefName,omitempty"`
	ScheduledTime               int64             `json:"scheduledTime"`
	StartTime                   int64             `json:"startTime"`
	EndTime                     int64             `json:"endTime"`
	UpdateTime                  int64             `json:"updateTime"`
	StartDelayInSeconds         int               `json:"startDelayInSeconds"`
	RetriedTaskID               string            `json:"retriedTaskId,omitempty"`
	Retried                     bool              `json:"retried"`
	Executed                    bool              `json:"executed"`
	CallbackFromWorker          bool              `json:"callbackFromWorker"`
	ResponseTimeoutSeconds      int64             `json:"responseTimeoutSeconds"`
	WorkflowInstanceID          string            `json:"workflowInstanceId,omitempty"`
	WorkflowType                string            `json:"workflowType,omitempty"`
	TaskID                      string            `json:"taskId,omitempty"`
	ReasonForIncompletion       string            `json:"reasonForIncompletion,omitempty"`
	CallbackAfterSeconds        int64             `json:"callbackAfterSeconds"`
	WorkerID                    string            `json:"workerId,omitempty"`
	OutputData                  map[string]any    `json:"outputData"`
	WorkflowTask                *WorkflowTask     `json:"workflowTask,omitempty"`
	Domain                      string            `json:"domain,omitempty"`
	RateLimitPerFrequency       int               `json:"rateLimitPerFrequency"`
	RateLimitFrequencyInSeconds int               `json:"rateLimitFrequencyInSeconds"`
	ExternalInputPayloadPath    string            `json:"externalInputPayloadStoragePath,omitempty"`
	ExternalOutputPayloadPath   string            `json:"externalOutputPayloadStoragePath,omitempty"`
	WorkflowPriority            int               `json:"workflowPriority"`
	ExecutionNameSpace          string            `json:"executionNameSpace,omitempty"`
	IsolationGroupID            string            `json:"isolationGroupId,omitempty"`
	Iteration                   int               `json:"iteration"`
	SubWorkflowID               string            `json:"subWorkflowId,omitempty"`
	SubworkflowChanged          bool              `json:"subworkflowChanged"`
	FirstStartTime              int64             `json:"firstStartTime"`
	ParentTaskID                string            `json:"parentTaskId,omitempty"`
	QueueWaitTime               int64             `json:"queueWaitTime"`
	LoopOverTask                bool              `json:"loopOverTask"`
	TaskDefinition              *TaskDef          `json:"taskDefinition,omitempty"`
	RuntimeMetadata             map[string]string `json:"runtimeMetadata,omitempty"`
	ExecutionMetadata           map[string]any    `json:"executionMetadata,omitempty"`
}

// TaskResult is what a worker reports: POST /tasks and POST /tasks/update-v2.
// Status is one of IN_PROGRESS, FAILED, FAILED_WITH_TERMINAL_ERROR, COMPLETED, CANCELED.
type TaskResult struct {
	WorkflowInstanceID        string         `json:"workflowInstanceId"`
	TaskID                    string         `json:"taskId"`
	ReasonForIncompletion     string         `json:"reasonForIncompletion,omitempty"`
	CallbackAfterSeconds      int64          `json:"callbackAfterSeconds,omitempty"`
	WorkerID                  string         `json:"workerId,omitempty"`
	Status                    string         `json:"status"`
	OutputData                map[string]any `json:"outputData"`
	Logs                      []TaskExecLog  `json:"logs,omitempty"`
	ExternalOutputPayloadPath string         `json:"externalOutputPayloadStoragePath,omitempty"`
	SubWorkflowID             string         `json:"subWorkflowId,omitempty"`
	ExtendLease               bool           `json:"extendLease,omitempty"`
	ExecutionMetadata         map[string]any `json:"executionMetadata,omitempty"`
}

// TaskExecLog is one line of a task's log. CreatedTime is in milliseconds since 1970
// (the Python SDK sends seconds).
type TaskExecLog struct {
	Log         string  `json:"log"`
	TaskID      string  `json:"taskId,omitempty"`
	CreatedTime float64 `json:"createdTime,omitempty"`
}

// PollData says who polled a queue last: GET /tasks/queue/polldata. LastPollTime is in milliseconds since 1970.
type PollData struct {
	QueueName    string `json:"queueName"`
	Domain       string `json:"domain,omitempty"`
	WorkerID     string `json:"workerId,omitempty"`
	LastPollTime int64  `json:"lastPollTime"`
}

// Queue is the name of the queue that was polled.
func (p PollData) Queue() string { return QueueName(p.QueueName, p.Domain) }

// QueueName is a queue's name as TaskService.QueuesAll has it: "domain:type", or the type alone where there is no domain.
func QueueName(taskType, domain string) string {
	if domain == "" {
		return taskType
	}
	return domain + ":" + taskType
}

// TaskSummary is one row of GET /tasks/search. Times are text in RFC 3339 with milliseconds, UTC; durations milliseconds.
type TaskSummary struct {
	WorkflowID            string `json:"workflowId"`
	WorkflowType          string `json:"workflowType"`
	CorrelationID         string `json:"correlationId,omitempty"`
	TaskReferenceName     string `json:"taskReferenceName,omitempty"`
	ScheduledTime         string `json:"scheduledTime"`
	StartTime             string `json:"startTime"`
	UpdateTime            string `json:"updateTime"`
	EndTime               string `json:"endTime"`
	Status                string `json:"status"`
	ReasonForIncompletion string `json:"reasonForIncompletion,omitempty"`
	ExecutionTime         int64  `json:"executionTime"`
	QueueWaitTime         int64  `json:"queueWaitTime"`
	TaskDefName           string `json:"taskDefName"`
	TaskType              string `json:"taskType"`
	Input                 string `json:"input"`
	Output                string `json:"output"`
	TaskID                string `json:"taskId"`
	WorkflowPriority      int    `json:"workflowPriority"`
	Domain                string `json:"domain,omitempty"`
}
