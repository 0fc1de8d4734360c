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
