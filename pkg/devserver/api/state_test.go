package api

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheStateIsReadReplacedAndForgotten(t *testing.T) {
	f := newFixture(t)
	answer := f.send("ADMIN", "GET /api/dev/state", "")
	require.Equal(t, "state", answer.Body.String())
	require.Equal(t, "application/octet-stream", answer.Header().Get("Content-Type"))
	require.Equal(t, "5", answer.Header().Get("Content-Length"))

	require.JSONEq(t, `{"executions":0,"workflows":0,"tasks":1}`, f.must("ADMIN", "PUT /api/dev/state", "state two"))
	require.Equal(t, "state two", f.must("ADMIN", "GET /api/dev/state", ""))
	require.JSONEq(t, `{"executions":2,"workflows":0,"tasks":0}`, f.must("ADMIN", "DELETE /api/dev/state?executions=true", ""))
	require.Contains(t, f.must("ADMIN", "GET /api/dev/state", ""), "only executions: true")
	f.must("ADMIN", "DELETE /api/dev/state", "")
	require.Contains(t, f.must("ADMIN", "GET /api/dev/state", ""), "only executions: false")
}

// A state is as long as it is; any other body is not.
func TestAStateMayBeLong(t *testing.T) {
	f := newFixture(t)
	long := "state" + strings.Repeat("x", maxBody)
	f.must("ADMIN", "PUT /api/dev/state", long)
	f.must("ADMIN", "PUT //api//dev/state/", long)
	require.Equal(t, strconv.Itoa(len(long)), f.send("ADMIN", "GET /api/dev/state", "").Header().Get("Content-Length"))
	require.Equal(t, 413, f.send("ADMIN", "POST /api/dev/faults", long).Code)
	require.Equal(t, 403, f.send("worker", "PUT /api/dev/state", long).Code)
}
