package scaffold

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

func TestFieldsOfDefinitions(t *testing.T) {
	for name, c := range map[string]struct {
		definition string
		want       []scaffold.Field
	}{
		"keys":                {`{"inputKeys":["a","b","a"]}`, []scaffold.Field{{Name: "a"}, {Name: "b"}}},
		"schema before keys":  {`{"inputKeys":["a"],"inputSchema":{"data":{"properties":{"b":{"type":"string"}},"required":["b"]}}}`, []scaffold.Field{{Name: "b", Type: "string", Required: true}}},
		"order of the text":   {`{"inputSchema":{"data":{"properties":{"z":{},"a":true}}}}`, []scaffold.Field{{Name: "z"}, {Name: "a"}}},
		"or null":             {`{"inputSchema":{"data":{"properties":{"n":{"type":["number","null"]},"m":{"type":["number","string"]}}}}}`, []scaffold.Field{{Name: "n", Type: "number"}, {Name: "m"}}},
		"items":               {`{"inputSchema":{"data":{"properties":{"l":{"type":"array","items":{"type":"integer"}}}}}}`, []scaffold.Field{{Name: "l", Type: "array:integer"}}},
		"a schema by name":    {`{"inputSchema":{"name":"x","version":1}}`, nil},
		"no name":             {`{"inputKeys":["","a"]}`, []scaffold.Field{{Name: "a"}}},
		"nothing said at all": {`{}`, nil},
	} {
		task, err := fromDefinition(json.RawMessage(c.definition))
		require.NoError(t, err, name)
		require.Equal(t, c.want, task.Inputs, name)
	}
	_, err := fromDefinition(json.RawMessage(`{"inputKeys":7}`))
	require.Error(t, err)
}

// oddFields is a schema with fields that some language has its own use for.
func oddFields() string {
	kinds := []string{"string", "integer", "number", "boolean", "object", "array", "null"}
	var properties []string
	for _, name := range append(oddNames(), "order id", "order-id", "orderId", "json", "copy", "model_dump", "self", "this", "default", "None",
		"types", "", "$ref", "back`tick", "line\u2028end", "\ufeffmark", "\x01", "type", "Type") {
		text, _ := json.Marshal(name)
		properties = append(properties, string(text)+`:{"type":"`+kinds[len(properties)%len(kinds)]+`","items":{"type":"string"}}`)
	}
	return `{"name":"odd fields","inputSchema":{"data":{"required":["json","class"],"properties":{` + strings.Join(properties, ",") + `}}},"outputKeys":["a b","class","json"]}`
}

// plans makes the project of a definition's task in every language.
func plans(t *testing.T, definition string) map[string]scaffold.Plan {
	t.Helper()
	list, err := languages()
	require.NoError(t, err)
	task, err := fromDefinition(json.RawMessage(definition))
	if err != nil || strings.TrimSpace(task.Name) == "" {
		return nil
	}
	made := map[string]scaffold.Plan{}
	for _, language := range list {
		plan, err := language.Make(scaffold.Spec{Application: "p", Tasks: []scaffold.Task{task}})
		if err == nil {
			made[language.Key()] = plan
		}
	}
	return made
}

// Whatever a definition holds, the Go that is made of it parses.
func FuzzFrom(f *testing.F) {
	f.Add(oddFields())
	f.Add(`{"name":"x","inputKeys":["a","A","a ","\"","` + "`" + `"],"outputKeys":[""]}`)
	f.Add(`{"name":"x","inputSchema":{"data":{"properties":{"a":{"type":"array","items":{"type":"array"}},"b":{"type":7}}}}}`)
	f.Fuzz(func(t *testing.T, definition string) {
		for _, file := range plans(t, definition)["go"].Files {
			if strings.HasSuffix(file.Path, ".go") {
				_, err := parser.ParseFile(token.NewFileSet(), file.Path, file.Content, parser.AllErrors)
				require.NoError(t, err, "%s", file.Content)
			}
		}
	})
}

// The workflow that comes with a task finds its fields and its output, whatever they are called: in an expression a dot leads
// deeper, and a blank ends it.
func TestTheWorkflowReachesAnyField(t *testing.T) {
	made := plans(t, `{"name":"ship.order","inputKeys":["order_id","order id","a.b"],"outputKeys":["parcel","a b"]}`)
	require.NotEmpty(t, made)
	for key, plan := range made {
		at := slices.IndexFunc(plan.Files, func(f scaffold.File) bool { return strings.HasSuffix(f.Path, "-demo.workflow.yaml") })
		require.GreaterOrEqual(t, at, 0, key)
		for _, want := range []string{
			`taskReferenceName: "ship-order"`, `"${workflow.input.order_id}"`, `"${workflow.input['order id']}"`, `"${workflow.input['a.b']}"`,
			`"${ship-order.output.parcel}"`, `"${ship-order.output['a b']}"`,
		} {
			require.Contains(t, string(plan.Files[at].Content), want, key)
		}
	}
}
