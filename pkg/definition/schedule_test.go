package definition_test

import (
	"fmt"
	"strings"
	"testing"
	_ "time/tzdata" // a machine with nothing but Go may have no zones

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func scheduleTree(t *testing.T, text string) map[string]any {
	t.Helper()
	var tree map[string]any
	require.NoError(t, conductor.Decode([]byte(text), &tree))
	return tree
}

func TestCheckSchedule(t *testing.T) {
	const start = `"startWorkflowRequest":{"name":"f","version":2,"input":{"a":[1]},"priority":3,"idempotencyStrategy":"FAIL"}`
	tests := map[string]string{
		`{"name":"d","cronExpression":"0 0 9 * * MON-FRI","zoneId":"Europe/Berlin",` + start + `}`:                                                    "",
		`{"name":"d","cronSchedules":[{"cronExpression":"@daily"},{"cronExpression":"@hourly","zoneId":"+02:00"}],` + start + `}`:                     "",
		`{"name":"d","cronExpression":"@daily","createTime":1,"updatedTime":2,"createdBy":"x","nextRunTime":3,"tags":[],"paused":true,` + start + `}`: "",
		`{"name":"d",` + start + `}`:                                                "[] : cronExpression is required",
		`{"name":"d","cronExpression":"@daily"}`:                                    "[] : startWorkflowRequest is required",
		`{"cronExpression":"@daily",` + start + `}`:                                 "[] : name is required",
		`{"name":"d","cronExpression":"* * *",` + start + `}`:                       `[cronExpression] cronExpression: cron expression "* * *" has 3 fields: it needs six (second minute hour day-of-month month day-of-week) or a macro such as @daily`,
		`{"name":"d","cronExpression":7,` + start + `}`:                             "[cronExpression] cronExpression: 7 is not a string; [] : cronExpression is required",
		`{"name":"d","cronExpresion":"@daily",` + start + `}`:                       "[cronExpresion] cronExpresion: unknown field; did you mean cronExpression?; [] : cronExpression is required",
		`{"name":"d","cronExpression":"@daily","zoneId":"Mars/Base",` + start + `}`: `[zoneId] zoneId: time zone "Mars/Base" is not known here: use a name such as Europe/Berlin, or an offset such as +02:00`,
		`{"name":"d","cronSchedules":[{"cronExpression":"x"},{"zoneId":"Z"},5],` + start + `}`: `[cronSchedules 0 cronExpression] cronExpression: cron expression "x" has 1 field: it needs six (second minute hour day-of-month month day-of-week) or a macro such as @daily; ` +
			`[cronSchedules 1] cronSchedules: cronExpression is required; [cronSchedules 2] cronSchedules: an entry is an object with cronExpression and zoneId`,
		`{"name":"d","cronExpression":"@daily","scheduleStartTime":5,"scheduleEndTime":4,` + start + `}`: "[scheduleEndTime] scheduleEndTime: is before scheduleStartTime: the schedule would never come",
		`{"name":"d","cronExpression":"@daily","scheduleStartTime":5,"scheduleEndTime":0,` + start + `}`: "",
		`{"name":"d","cronExpression":"@daily","startWorkflowRequest":{"name":"","versio":1,"priority":-1,"idempotencyStrategy":"x"}}`: `[startWorkflowRequest idempotencyStrategy] idempotencyStrategy: "x" is not one of FAIL, RETURN_EXISTING, FAIL_ON_RUNNING; ` +
			`[startWorkflowRequest name] name: must not be empty; [startWorkflowRequest priority] priority: -1 is less than 0; [startWorkflowRequest versio] versio: unknown field; did you mean version?`,
		`{"name":"d","cronExpression":"@daily","startWorkflowRequest":"f"}`: `[startWorkflowRequest] startWorkflowRequest: "f" is not an object`,
	}
	for text, want := range tests {
		var lines []string
		for _, p := range definition.CheckSchedule(scheduleTree(t, text)) {
			lines = append(lines, fmt.Sprintf("%v %s: %s", p.Path, p.Field, p.Message))
		}
		require.Equal(t, want, strings.Join(lines, "; "), text)
	}
}

func TestAScheduleIsKnownByItsShape(t *testing.T) {
	for text, want := range map[string]definition.Kind{
		`{"kind":"WorkflowSchedule","name":"d"}`:            definition.KindSchedule,
		`{"name":"d","cronExpression":"@daily"}`:            definition.KindSchedule,
		`{"name":"d","cronSchedules":[]}`:                   definition.KindSchedule,
		`{"name":"d","startWorkflowRequest":{"name":"f"}}`:  definition.KindSchedule,
		`{"name":"d","tasks":[],"cronExpression":"@daily"}`: definition.KindWorkflowDef,
		`{"name":"d","retryCount":1}`:                       definition.KindTaskDef,
	} {
		kind, sure := definition.KindOf(scheduleTree(t, text))
		require.True(t, sure, text)
		require.Equal(t, want, kind, text)
	}
}
