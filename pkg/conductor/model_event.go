package conductor

// Actions of event handlers. Open source knows the first three.
const (
	ActionStartWorkflow     = "start_workflow"
	ActionCompleteTask      = "complete_task"
	ActionFailTask          = "fail_task"
	ActionTerminateWorkflow = "terminate_workflow"
	ActionUpdateVariables   = "update_workflow_variables"
)

// EventHandler says what is done when an event happens. Event is what an EVENT task's sink means: conductor:WORKFLOW:NAME.
type EventHandler struct {
	Name          string        `json:"name"`
	Description   string        `json:"description,omitempty"`
	Event         string        `json:"event"`
	Condition     string        `json:"condition,omitempty"`
	EvaluatorType string        `json:"evaluatorType,omitempty"`
	Actions       []EventAction `json:"actions"`
	Active        bool          `json:"active"`
	CreatedBy     string        `json:"createdBy,omitempty"`
	Tags          []Tag         `json:"tags,omitempty"`
}

// EventAction is one thing that a handler does. Only the field that Action names counts; its texts may hold ${…} over the payload.
type EventAction struct {
	Action                  string         `json:"action,omitempty"`
	StartWorkflow           map[string]any `json:"start_workflow,omitempty"`
	CompleteTask            map[string]any `json:"complete_task,omitempty"`
	FailTask                map[string]any `json:"fail_task,omitempty"`
	ExpandInlineJSON        bool           `json:"expandInlineJSON"`
	TerminateWorkflow       map[string]any `json:"terminate_workflow,omitempty"`
	UpdateWorkflowVariables map[string]any `json:"update_workflow_variables,omitempty"`
}

// States of what a handler did.
const (
	EventCompleted = "COMPLETED"
	EventFailed    = "FAILED"
	EventSkipped   = "SKIPPED"
)

// EventExecution is one action that a handler took for a message, or that its condition skipped all.
type EventExecution struct {
	ID                string         `json:"id"`
	MessageID         string         `json:"messageId"`
	Name              string         `json:"name"` // the handler's
	Event             string         `json:"event"`
	Created           int64          `json:"created"`
	Status            string         `json:"status"`
	Action            string         `json:"action,omitempty"`
	Output            map[string]any `json:"output"`
	StatusDescription string         `json:"statusDescription,omitempty"`
	Payload           map[string]any `json:"payload,omitempty"`
}

// EventMessage is something that happened, and what handlers did about it.
type EventMessage struct {
	ID                string           `json:"id"`
	CreatedAt         int64            `json:"createdAt"`
	EventTarget       string           `json:"eventTarget"`
	EventType         string           `json:"eventType"` // MESSAGE or WEBHOOK
	FullPayload       map[string]any   `json:"fullPayload,omitempty"`
	Status            string           `json:"status"` // RECEIVED, HANDLED or REJECTED
	StatusDescription string           `json:"statusDescription,omitempty"`
	EventExecutions   []EventExecution `json:"eventExecutions"`
}

// HandledEvent sums up what happened of one event, or at one handler.
type HandledEvent struct {
	Name             string `json:"name,omitempty"`
	Event            string `json:"event"`
	Active           bool   `json:"active"`
	NumberOfMessages int64  `json:"numberOfMessages"`
	NumberOfActions  int64  `json:"numberOfActions"`
}
