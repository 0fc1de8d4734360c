package event

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestActionsInShort(t *testing.T) {
	require.Equal(t, "start_workflow order, complete_task, start_workflow", actions(conductor.EventHandler{Actions: []conductor.EventAction{
		{Action: "start_workflow", StartWorkflow: map[string]any{"name": "order"}}, {Action: "complete_task"}, {Action: "start_workflow"},
	}}))
	require.Empty(t, actions(conductor.EventHandler{}))
}

func TestOutcomes(t *testing.T) {
	for want, done := range map[string]conductor.EventExecution{
		"no rights":       {StatusDescription: "no rights", Output: map[string]any{"workflowId": "w"}},
		"workflowId w":    {Output: map[string]any{"workflowId": "w", "taskId": nil}},
		"taskId t":        {Output: map[string]any{"workflowId": nil, "taskId": "t"}},
		"condition $.n>1": {Output: map[string]any{"condition": "$.n>1"}},
		"":                {},
	} {
		require.Equal(t, want, outcome(done))
	}
}

func TestWhoListens(t *testing.T) {
	list := []handler{
		{Value: conductor.EventHandler{Event: "on", Active: true}}, {Value: conductor.EventHandler{Event: "off"}},
	}
	require.True(t, listens(list, "on"))
	require.False(t, listens(list, "off"))
	require.False(t, listens(nil, "on"))
}
