package task

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestSeconds(t *testing.T) {
	for text, want := range map[string]seconds{"90": 90, "90s": 90, "1m30s": 90, "2h": 7200, "0": 0} {
		var s seconds
		require.NoError(t, s.Set(text), text)
		require.Equal(t, want, s)
	}
	for _, text := range []string{"", "soon", "1.5s", "100ms", "1d"} {
		var s seconds
		require.Error(t, s.Set(text), text)
	}
}

func TestRate(t *testing.T) {
	for text, want := range map[string]string{"10": "10/1s", "100/60": "100/60s", "100/1m": "100/60s"} {
		var r rate
		require.NoError(t, r.Set(text), text)
		require.Equal(t, want, r.String())
	}
	for _, text := range []string{"", "x", "-1", "5/", "5/0", "5/x", "5/1/2", "99999999999"} {
		var r rate
		require.Error(t, r.Set(text), text)
	}
}

func TestQueuesOf(t *testing.T) {
	waiting := map[string]int64{"a": 2, "john:a": 1, "x:b": 5, "aa": 9, "mary:a": 0}
	polls := []conductor.PollData{
		{QueueName: "a", Domain: "john", WorkerID: "w2", LastPollTime: 5},
		{QueueName: "a", Domain: "john", WorkerID: "w1", LastPollTime: 7},
		{QueueName: "a", Domain: "DEFAULT", WorkerID: "w3", LastPollTime: 9},
	}
	require.Equal(t, []queue{
		{Task: "a", Waiting: 2, Pollers: []string{"w3"}, LastPoll: 9},
		{Task: "a", Domain: "john", Waiting: 1, Pollers: []string{"w1", "w2"}, LastPoll: 7},
		{Task: "a", Domain: "mary", Pollers: []string{}},
	}, queuesOf("a", waiting, polls))
	require.Equal(t, []string{"a", "aa", "b"}, waitingTasks(waiting))
}

func TestListedValues(t *testing.T) {
	require.Equal(t, "none", retries(conductor.TaskDef{RetryDelaySeconds: 5}))
	require.Equal(t, "3 × 60s FIXED", retries(conductor.TaskDef{RetryCount: 3, RetryDelaySeconds: 60, RetryLogic: "FIXED"}))
	for seconds, want := range map[int64]string{-1: "none", 0: "none", 5: "5s", 3600: "1h0m"} {
		require.Equal(t, want, limit(seconds))
	}
	require.Equal(t, []string{"", "", "4"}, []string{atMost(-1), atMost(0), atMost(4)})
	require.Empty(t, rateOf(conductor.TaskDef{RateLimitFrequencyInSeconds: 60}))
	require.Equal(t, "100/60s", rateOf(conductor.TaskDef{RateLimitPerFrequency: 100, RateLimitFrequencyInSeconds: 60}))
}

func TestDefinitionFlags(t *testing.T) {
	given := map[string]bool{"name": true, "retry-count": true, "timeout-policy": true}
	flags := definitionFlags{set: func(name string) bool { return given[name] }, name: "a", retryCount: 0, timeoutPolicy: "RETRY_WF"}
	require.Equal(t, "name", flags.given())
	_, err := flags.document()
	require.ErrorContains(t, err, `--timeout-policy: "RETRY_WF" is not one of`)
	flags.timeoutPolicy = "RETRY"
	document, err := flags.document()
	require.NoError(t, err)
	require.Equal(t, `{"name":"a","retryCount":0,"timeoutPolicy":"RETRY"}`, string(document.JSON), "what was given, zero or not, and nothing else")
	_, err = (&definitionFlags{set: func(string) bool { return false }}).document()
	require.ErrorContains(t, err, "--name is needed")
}
