package conductor_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestMetadataCalls(t *testing.T) {
	ctx := t.Context()
	defs := []json.RawMessage{json.RawMessage(`{ "name":"a<b>" }`), json.RawMessage(`{"z":1.0}`)}
	const sent = `[{ "name":"a<b>" },{"z":1.0}]`
	checkCalls(t, []apiCall{
		{name: "list tasks", nameless: true, line: "GET /api/metadata/taskdefs?metadata=true", answer: `[]`, call: func(c *conductor.Client, _ string) error { return only(c.TaskDefs.List(ctx)) }},
		{name: "get a task", line: "GET /api/metadata/taskdefs/%s?metadata=true", answer: `{}`, call: func(c *conductor.Client, name string) error { return only(c.TaskDefs.Get(ctx, name)) }},
		{name: "put tasks", nameless: true, line: "POST /api/metadata/taskdefs", sent: sent, call: func(c *conductor.Client, _ string) error { return c.TaskDefs.Put(ctx, defs) }},
		{name: "put no task", nameless: true, line: "POST /api/metadata/taskdefs", sent: `[]`, call: func(c *conductor.Client, _ string) error { return c.TaskDefs.Put(ctx, nil) }},
		{name: "delete a task", line: "DELETE /api/metadata/taskdefs/%s", call: func(c *conductor.Client, name string) error { return c.TaskDefs.Delete(ctx, name) }},
		{name: "list workflows", nameless: true, line: "GET /api/metadata/workflow?metadata=true", answer: `[]`, call: func(c *conductor.Client, _ string) error { return only(c.WorkflowDefs.List(ctx)) }},
		{
			name: "get the latest workflow", line: "GET /api/metadata/workflow/%s?metadata=true", answer: `{}`,
			call: func(c *conductor.Client, name string) error { return only(c.WorkflowDefs.Get(ctx, name, 0)) },
		},
		{
			name: "get a workflow", line: "GET /api/metadata/workflow/%s?metadata=true&version=3", answer: `{}`,
			call: func(c *conductor.Client, name string) error { return only(c.WorkflowDefs.Get(ctx, name, 3)) },
		},
		{
			name: "create", nameless: true, line: "POST /api/metadata/workflow?overwrite=false", sent: string(defs[0]),
			call: func(c *conductor.Client, _ string) error {
				return c.WorkflowDefs.Create(ctx, defs[0], conductor.PutOptions{})
			},
		},
		{
			name: "new version", nameless: true, line: "POST /api/metadata/workflow?newVersion=true&overwrite=true", sent: string(defs[0]),
			call: func(c *conductor.Client, _ string) error {
				return c.WorkflowDefs.Create(ctx, defs[0], conductor.PutOptions{Overwrite: true, NewVersion: true})
			},
		},
		{name: "put workflows", nameless: true, line: "PUT /api/metadata/workflow?overwrite=true", sent: sent, call: func(c *conductor.Client, _ string) error { return c.WorkflowDefs.PutAll(ctx, defs) }},
		{
			name: "delete a workflow", line: "DELETE /api/metadata/workflow/%s/2",
			call: func(c *conductor.Client, name string) error { return c.WorkflowDefs.Delete(ctx, name, 2) },
		},
	})
}

// odd is a definition with what a typed view loses: unknown fields, their order, numbers beyond a float, escapes, doubled names, white space.
const odd = `{ "zeta" : 1.0, "name":"x", "big":12345678901234567890.10, "e":1E+2, "text":"\u003ca\u003e \/ é", "name":"x",
	"later":{"b":null,"a":[ ]}, "description":"<&>" }`

func TestDefinitionsGoBackToTheByte(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodGet:
			w.WriteHeader(http.StatusOK)
		case r.URL.Path == "/api/metadata/taskdefs/x" || r.URL.Path == "/api/metadata/workflow/x":
			write(w, http.StatusOK, odd)
		default:
			write(w, http.StatusOK, `[`+odd+`]`)
		}
	})
	c := connect(t, s)
	task, err := c.TaskDefs.Get(t.Context(), "x")
	require.NoError(t, err)
	tasks, err := c.TaskDefs.List(t.Context())
	require.NoError(t, err)
	flow, err := c.WorkflowDefs.Get(t.Context(), "x", 0)
	require.NoError(t, err)
	flows, err := c.WorkflowDefs.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, "<&>", task.Value.Description)
	require.Equal(t, "<&>", flow.Value.Description)
	require.Equal(t, 3, task.Value.RetryCount, "an absent field means what the server means by it")

	require.NoError(t, c.TaskDefs.Put(t.Context(), []json.RawMessage{task.Raw, tasks[0].Raw}))
	require.NoError(t, c.WorkflowDefs.Create(t.Context(), flow.Raw, conductor.PutOptions{}))
	require.NoError(t, c.WorkflowDefs.PutAll(t.Context(), []json.RawMessage{flows[0].Raw}))
	sent := s.requests()[4:]
	require.Equal(t, "["+odd+","+odd+"]", sent[0].Body)
	require.Equal(t, odd, sent[1].Body)
	require.Equal(t, "["+odd+"]", sent[2].Body)
}

func TestWorkflowsThatWereRefusedOneByOne(t *testing.T) {
	for body, want := range map[string]string{
		``:     "",
		`null`: "",
		`[]`:   "",
		`{"bulkErrorResults":{},"bulkSuccessfulResults":["a"]}`:                  "",
		`{"bulkErrorResults":{"b":"no tasks","a":"no name"},"message":"1 of 3"}`: "define workflows: some definitions were refused (HTTP 400)\n  a: no name\n  b: no tasks",
	} {
		err := connect(t, serve(t, answer(http.StatusOK, body))).WorkflowDefs.PutAll(t.Context(), nil)
		if want == "" {
			require.NoError(t, err, body)
			continue
		}
		require.EqualError(t, err, want)
	}
}

func TestDocumentsWithoutBytesAreEncoded(t *testing.T) {
	fresh := conductor.Document[conductor.Tag]{Value: conductor.Tag{Key: "k", Value: "v"}}
	data, err := json.Marshal(fresh)
	require.NoError(t, err)
	require.Equal(t, `{"key":"k","value":"v"}`, string(data))
}

// A document keeps its own copy: a decoder may use its buffer again.
func TestDocumentsKeepACopy(t *testing.T) {
	data := []byte(`{"key":"k"}`)
	var document conductor.Document[conductor.Tag]
	require.NoError(t, document.UnmarshalJSON(data))
	copy(data, `XXXXXXXXXXX`)
	require.Equal(t, `{"key":"k"}`, string(document.Raw))
}
