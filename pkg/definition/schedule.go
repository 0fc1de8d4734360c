package definition

import (
	"github.com/orkesctl/orkesctl/pkg/cron"
)

// ScheduleFields are the fields of a schedule.
func ScheduleFields() []Field {
	own := append(named(Integer, "updatedTime", "nextRunTime"), named(String, "orgId", "queueMsgId")...)
	for i := range own {
		own[i].ReadOnly = true
	}
	return join([]Field{
		{Name: "name", Type: String, Required: true},
		{Name: "startWorkflowRequest", Type: Object, Required: true},
	},
		named(String, "cronExpression", "zoneId", "description", "pausedReason"), named(Boolean, "paused", "runCatchupScheduleInstances"),
		named(Integer, "scheduleStartTime", "scheduleEndTime"), named(List, "cronSchedules", "tags"), own, audit(),
	)
}

// startFields are the fields of what a schedule sends to start its workflow.
func startFields() []Field {
	return join([]Field{
		{Name: "name", Type: String, Required: true},
		{Name: "idempotencyStrategy", Type: String, Enum: []string{"FAIL", "RETURN_EXISTING", "FAIL_ON_RUNNING"}},
		{Name: "priority", Type: Integer, Min: at(0)},
	},
		named(String, "correlationId", "idempotencyKey", "externalInputPayloadStoragePath", "createdBy"), named(Integer, "version"),
		named(Object, "input", "taskToDomain", "workflowDef"),
	)
}

func cronFields() []Field {
	return []Field{{Name: "cronExpression", Type: String, Required: true}, {Name: "zoneId", Type: String}}
}

// CheckSchedule finds what is wrong with a schedule: its fields, its cron expressions, and bounds between which there is nothing.
func CheckSchedule(tree map[string]any) []Problem {
	c := &checker{}
	c.object(nil, tree, ScheduleFields())
	if start, ok := tree["startWorkflowRequest"].(map[string]any); ok {
		c.object([]any{"startWorkflowRequest"}, start, startFields())
	}
	list, _ := tree["cronSchedules"].([]any)
	for i, item := range list {
		at := []any{"cronSchedules", i}
		one, ok := item.(map[string]any)
		if !ok {
			c.add(at, false, "an entry is an object with cronExpression and zoneId")
			continue
		}
		c.object(at, one, cronFields())
		c.cron(at, one)
	}
	c.cron(nil, tree)
	if text, _ := tree["cronExpression"].(string); text == "" && len(list) == 0 {
		c.add(nil, false, "cronExpression is required")
	}
	start, _ := integer(tree["scheduleStartTime"])
	if end, given := integer(tree["scheduleEndTime"]); given && end != 0 && end < start {
		c.add([]any{"scheduleEndTime"}, false, "is before scheduleStartTime: the schedule would never come")
	}
	return c.problems
}

// cron checks an expression and its zone, where they are texts.
func (c *checker) cron(path []any, tree map[string]any) {
	if text, ok := tree["cronExpression"].(string); ok && text != "" {
		if _, err := cron.Parse(text); err != nil {
			c.add(under(path, "cronExpression"), false, "%v", err)
		}
	}
	id, _ := tree["zoneId"].(string)
	if _, err := cron.Zone(id); err != nil {
		c.add(under(path, "zoneId"), false, "%v", err)
	}
}
