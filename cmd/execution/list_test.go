package execution

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQuery(t *testing.T) {
	now := time.UnixMilli(10_000_000)
	for want, opts := range map[string]listOptions{
		"":                        {},
		"workflowType IN (order)": {workflow: []string{"order"}},
		"workflowType IN (a,b) AND status IN (FAILED,TIMED_OUT)": {workflow: []string{"a", "b"}, status: []string{"failed", "TIMED_OUT"}},
		"correlationId IN (c 1)":                                 {correlationID: "c 1"},
		"startTime>6400000":                                      {since: time.Hour},
		"status IN (RUNNING) AND priority = 5":                   {status: []string{"RUNNING"}, filter: "priority = 5"},
	} {
		opts.limit = 10
		query, err := opts.query(now)
		require.NoError(t, err)
		require.Equal(t, want, query.Query)
		require.Equal(t, "startTime:DESC", query.Sort)
	}
	for _, opts := range []listOptions{
		{limit: 0}, {limit: 1, since: -time.Hour}, {limit: 5001}, {limit: 1, status: []string{"DONE"}}, {limit: 1, workflow: []string{"a) OR (b"}}, {limit: 1, correlationID: `"`},
	} {
		_, err := opts.query(now)
		require.Error(t, err)
	}
}
