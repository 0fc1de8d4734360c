package definition_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Whatever a registration holds, validation ends, and says the same of the same definition as the checker of what a person wrote:
// what the checker passes, the server takes.
func FuzzRegistration(f *testing.F) {
	f.Add([]byte(`{"name":"w","tasks":[{"name":"a","taskReferenceName":"r","inputParameters":{"x":"${workflow.input.y}"}}]}`))
	f.Add([]byte(`{"name":"w","tasks":[{"name":"s","taskReferenceName":"s","type":"SWITCH","decisionCases":{"a":[{}]},"defaultCase":[{}]}]}`))
	f.Add([]byte(`{"name":"w","tasks":[{"name":"l","taskReferenceName":"l","type":"DO_WHILE","loopOver":[{"forkTasks":[[{}]]}]}]}`))
	f.Add([]byte(`{"name":"a","retryCount":-1,"timeoutSeconds":1e3,"retryLogic":"x"}`))
	f.Add([]byte(`{"name":"w","tasks":[{"name":"a","taskReferenceName":"r","inputParameters":{"x":"$${a} ${} ${[.b} ${$.c}"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var tree map[string]any
		if conductor.Decode(data, &tree) != nil {
			return
		}
		again, err := json.Marshal(tree)
		require.NoError(t, err)
		var def conductor.WorkflowDef
		if conductor.Decode(again, &def) == nil && len(definition.CheckWorkflowDef(tree)) == 0 {
			require.Empty(t, definition.ValidateWorkflowDef(def))
		}
		var task conductor.TaskDef
		if conductor.Decode(again, &task) == nil && len(definition.CheckTaskDef(tree)) == 0 {
			require.Empty(t, definition.ValidateTaskDefs([]conductor.TaskDef{task}))
		}
	})
}
