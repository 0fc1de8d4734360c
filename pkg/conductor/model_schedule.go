package conductor

// WorkflowSchedule starts a workflow at the times of a cron expression, or of several. Times are milliseconds since 1970; zero is none.
// CronSchedules count in place of CronExpression and ZoneID where there are any; open source alone has them.
type WorkflowSchedule struct {
	Name                        string               `json:"name"`
	CronExpression              string               `json:"cronExpression,omitempty"`
	CronSchedules               []CronSchedule       `json:"cronSchedules,omitempty"`
	ZoneID                      string               `json:"zoneId,omitempty"`
	RunCatchupScheduleInstances bool                 `json:"runCatchupScheduleInstances"`
	Paused                      bool                 `json:"paused"`
	PausedReason                string               `json:"pausedReason,omitempty"`
	StartWorkflowRequest        StartWorkflowRequest `json:"startWorkflowRequest"`
	ScheduleStartTime           int64                `json:"scheduleStartTime,omitempty"`
	ScheduleEndTime             int64                `json:"scheduleEndTime,omitempty"`
	CreateTime                  int64                `json:"createTime"`
	UpdatedTime                 int64                `json:"updatedTime"`
	CreatedBy                   string               `json:"createdBy"`
	UpdatedBy                   string               `json:"updatedBy"`
	Description                 string               `json:"description,omitempty"`
	Tags                        []Tag                `json:"tags,omitempty"`
}

// CronSchedule is one cron expression of several, in its zone; UTC where none is given.
type CronSchedule struct {
	CronExpression string `json:"cronExpression"`
	ZoneID         string `json:"zoneId,omitempty"`
}

// Crons are the expressions that count, each with its zone.
func (s WorkflowSchedule) Crons() []CronSchedule {
	list := s.CronSchedules
	if len(list) == 0 && s.CronExpression != "" {
		list = []CronSchedule{{CronExpression: s.CronExpression, ZoneID: s.ZoneID}}
	}
	crons := make([]CronSchedule, 0, len(list))
	for _, cron := range list {
		if cron.ZoneID == "" {
			cron.ZoneID = "UTC"
		}
		crons = append(crons, cron)
	}
	return crons
}

// The states of a scheduled run.
const (
	ScheduledRunExecuted = "EXECUTED" // the workflow was started
	ScheduledRunFailed   = "FAILED"   // it was not, for Reason
)

// ScheduledRun is one time at which a schedule started its workflow, or failed to.
type ScheduledRun struct {
	ExecutionID          string               `json:"executionId"`
	ScheduleName         string               `json:"scheduleName"`
	ScheduledTime        int64                `json:"scheduledTime"`
	ExecutionTime        int64                `json:"executionTime"`
	WorkflowName         string               `json:"workflowName"`
	WorkflowID           string               `json:"workflowId,omitempty"`
	Reason               string               `json:"reason,omitempty"`
	StartWorkflowRequest StartWorkflowRequest `json:"startWorkflowRequest"`
	State                string               `json:"state"`
	ZoneID               string               `json:"zoneId"`
}
