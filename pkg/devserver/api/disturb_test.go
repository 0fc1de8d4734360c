package api

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// disturbed is a server on the network, since some faults are of the connection, with one fault.
func disturbed(t *testing.T, rule string) (*fixture, *httptest.Server) {
	t.Helper()
	f := newFixture(t)
	f.must("ADMIN", "POST /api/dev/faults", rule)
	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	return f, server
}

func (f *fixture) over(server *httptest.Server, line, body string) (status int, header http.Header, text string, err error) {
	f.t.Helper()
	method, path, _ := strings.Cut(line, " ")
	request, err := http.NewRequestWithContext(f.t.Context(), method, server.URL+path, strings.NewReader(body))
	require.NoError(f.t, err)
	request.Header.Set("X-Authorization", f.tokens["ADMIN"])
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return 0, nil, "", err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, response.Header, string(data), err
}

func TestFaultsHaveTheRealShapes(t *testing.T) {
	const poll = "GET /api/tasks/poll/batch/t?timeout=0"
	for name, tc := range map[string]struct {
		status int
		body   string
	}{
		"503":         {503, `"status":503,`},
		"429":         {429, `"status":429,`},
		"418":         {418, `"status":418,`},
		"403":         {403, `"retryable":false`},
		"401-expired": {401, `"error":"EXPIRED_TOKEN"`},
		"html":        {200, "<!DOCTYPE html>"},
		"latency=1ms": {200, "["},
	} {
		t.Run(name, func(t *testing.T) {
			f, server := disturbed(t, `{"fault":"`+name+`"}`)
			status, header, body, err := f.over(server, poll, "")
			require.NoError(t, err)
			require.Equal(t, tc.status, status)
			require.Contains(t, body, tc.body)
			require.Equal(t, name == "503" || name == "429", header.Get("Retry-After") != "")
			status, _, _, err = f.over(server, "GET /api/dev/faults", "")
			require.NoError(t, err)
			require.Equal(t, 200, status, "the way out is never disturbed")
			f.must("ADMIN", "DELETE /api/dev/faults?id=1", "")
			status, _, body, err = f.over(server, poll, "")
			require.NoError(t, err)
			require.Equal(t, 200, status)
			require.True(t, json.Valid([]byte(body)))
		})
	}
}

func TestFaultsOfTheConnection(t *testing.T) {
	f, server := disturbed(t, `{"fault":"reset","path":"/metadata/*"}`)
	_, _, _, err := f.over(server, "GET /api/metadata/taskdefs", "")
	require.ErrorIs(t, err, io.EOF)
	status, _, _, err := f.over(server, "GET /api/metadata/taskdefs/t", "")
	require.NoError(t, err, "another path")
	require.Equal(t, 200, status)

	f, server = disturbed(t, `{"fault":"truncate"}`)
	_, _, body, err := f.over(server, "GET /api/metadata/taskdefs", "")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NotEmpty(t, body)
	require.False(t, json.Valid([]byte(body)))
	connection, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)
	_, err = io.WriteString(connection, "GET /api/tasks/poll/none HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Authorization: "+f.tokens["ADMIN"]+"\r\n\r\n")
	require.NoError(t, err)
	_, err = bufio.NewReader(connection).ReadByte()
	require.Error(t, err, "what has no middle is not answered")
	require.NoError(t, connection.Close())
}

func TestDeliveredTwiceAndLost(t *testing.T) {
	f, server := disturbed(t, `{"fault":"duplicate-delivery","task":"t","count":1}`)
	const poll = "GET /api/tasks/poll/batch/t?timeout=0&workerid=w"
	_, _, first, err := f.over(server, poll, "")
	require.NoError(t, err)
	require.Contains(t, first, `"taskId"`)
	_, _, second, err := f.over(server, poll, "")
	require.NoError(t, err)
	require.Equal(t, first, second)
	_, _, third, err := f.over(server, poll, "")
	require.NoError(t, err)
	require.Equal(t, "[]", strings.TrimSpace(third))
	require.Contains(t, f.must("ADMIN", "GET /api/dev/faults", ""), `"hits":1`)

	f, server = disturbed(t, `{"fault":"lost-update","task":"t"}`)
	update := `{"workflowInstanceId":"` + f.names["RUN"] + `","taskId":"` + f.names["TASK"] + `","status":"COMPLETED"}`
	status, _, body, err := f.over(server, "POST /api/tasks", update)
	require.NoError(t, err)
	require.Equal(t, 200, status)
	require.Equal(t, f.names["TASK"], body)
	status, _, _, err = f.over(server, "POST /api/tasks/update-v2", update)
	require.NoError(t, err)
	require.Equal(t, 204, status)
	require.Contains(t, f.must("ADMIN", "GET /api/tasks/"+f.names["TASK"], ""), `"SCHEDULED"`)
	f.must("ADMIN", "DELETE /api/dev/faults", "")
	f.must("ADMIN", "POST /api/tasks", update)
	require.Contains(t, f.must("ADMIN", "GET /api/tasks/"+f.names["TASK"], ""), `"COMPLETED"`)
}

// The same seed has the same fate for the same requests; count ends it; a task's rule leaves others alone.
func TestFaultsAreChosenBySeedCountAndTask(t *testing.T) {
	fate := func(rule string) string {
		f := newFixture(t)
		f.must("ADMIN", "POST /api/dev/faults", rule)
		var b strings.Builder
		for range 40 {
			if f.send("ADMIN", "GET /api/metadata/taskdefs", "").Code == 503 {
				b.WriteByte('x')
			} else {
				b.WriteByte('.')
			}
		}
		return b.String()
	}
	one := fate(`{"fault":"503","rate":0.3,"seed":7}`)
	require.Equal(t, one, fate(`{"fault":"503","rate":0.3,"seed":7}`))
	require.NotEqual(t, one, fate(`{"fault":"503","rate":0.3,"seed":8}`))
	require.Contains(t, one, "x")
	require.Contains(t, one, ".")
	require.Equal(t, strings.Repeat("x", 3)+strings.Repeat(".", 37), fate(`{"fault":"503","count":3}`))
	require.Equal(t, strings.Repeat(".", 40), fate(`{"fault":"503","task":"t"}`))

	f := newFixture(t)
	f.must("ADMIN", "POST /api/dev/faults", `{"fault":"503","task":"t"}`)
	require.Equal(t, 503, f.send("ADMIN", "GET /api/tasks/poll/t", "").Code)
	require.Equal(t, 503, f.send("ADMIN", "GET /api/tasks/poll/batch/t", "").Code)
	require.Equal(t, 204, f.send("ADMIN", "GET /api/tasks/poll/other", "").Code)
	require.Equal(t, 503, f.send("ADMIN", "POST /api/tasks", `{"workflowInstanceId":"$RUN","taskId":"$TASK","status":"COMPLETED"}`).Code)
	require.Equal(t, 400, f.send("ADMIN", "POST /api/tasks", `no json`).Code, "an update that cannot be read is its own answer")
}

func TestFaultsThatAreNone(t *testing.T) {
	f := newFixture(t)
	for _, rule := range []string{
		`{}`, `{"fault":"399"}`, `{"fault":"600"}`, `{"fault":"latency"}`, `{"fault":"latency=2m"}`, `{"fault":"latency=-1s"}`, `{"fault":"503","rate":2}`,
		`{"fault":"503","rate":-1}`, `{"fault":"503","count":-1}`, `{"fault":"503","path":"["}`, `{"fault":7}`, `[]`,
	} {
		require.Equal(t, 400, f.send("ADMIN", "POST /api/dev/faults", rule).Code, rule)
	}
	require.Equal(t, "[]", strings.TrimSpace(f.must("ADMIN", "GET /api/dev/faults", "")))
	require.Equal(t, 400, f.send("ADMIN", "DELETE /api/dev/faults?id=x", "").Code)
}
