package scaffold

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// fromDefinitions makes tasks of the definitions in files and on the server.
func fromDefinitions(ctx context.Context, deps *cli.Deps, files, named []string) ([]scaffold.Task, error) {
	var tasks []scaffold.Task
	if len(files) > 0 {
		paths := make([]string, len(files))
		for i, file := range files {
			if paths[i] = file; file != "-" {
				paths[i] = deps.Absolute(file)
			}
		}
		documents, problems, err := manifest.ReadPaths(paths, definition.KindTaskDef, deps.Term.In)
		if err != nil {
			return nil, cli.Hint(err, "Name a file with a task definition: --from ship-order.task.yaml")
		}
		if problems = append(problems, manifest.CheckAll(documents)...); len(problems) > 0 {
			return nil, define.Refuse(deps, problems, "nothing was written")
		}
		for _, document := range documents {
			task, err := fromDefinition(document.JSON)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", document.File, err)
			}
			tasks = append(tasks, task)
		}
	}
	for _, name := range named {
		client, err := deps.Client()
		if err != nil {
			return nil, err
		}
		def, err := client.TaskDefs.Get(ctx, name)
		if err != nil {
			return nil, err
		}
		task, err := fromDefinition(withoutAudit(def.Raw))
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, task)
	}
	return tasks, nil
}

// withoutAudit leaves out what a server adds to a definition and a file has no use for.
func withoutAudit(raw json.RawMessage) json.RawMessage {
	var tree map[string]json.RawMessage
	if json.Unmarshal(raw, &tree) != nil {
		return raw
	}
	for _, name := range []string{"createTime", "updateTime", "createdBy", "updatedBy", "ownerApp", "accessPolicy"} {
		delete(tree, name)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return raw
	}
	return text
}

// fromDefinition takes a task's fields from its schemas, else from its keys, and keeps the definition as YAML.
func fromDefinition(raw json.RawMessage) (scaffold.Task, error) {
	var def struct {
		Name         string   `json:"name"`
		InputKeys    []string `json:"inputKeys"`
		OutputKeys   []string `json:"outputKeys"`
		InputSchema  schema   `json:"inputSchema"`
		OutputSchema schema   `json:"outputSchema"`
	}
	if err := json.Unmarshal(raw, &def); err != nil {
		return scaffold.Task{}, fmt.Errorf("read the definition: %w", err)
	}
	text, err := manifest.FromJSON(raw)
	if err != nil {
		return scaffold.Task{}, err
	}
	return scaffold.Task{
		Name: def.Name, Inputs: def.InputSchema.fields(def.InputKeys), Outputs: def.OutputSchema.fields(def.OutputKeys),
		Definition: "kind: " + string(definition.KindTaskDef) + "\n" + string(text),
	}, nil
}

// schema is the part of a definition's inputSchema or outputSchema that names fields: a JSON Schema in data.
type schema struct {
	Data struct {
		Properties json.RawMessage `json:"properties"`
		Required   []string        `json:"required"`
	} `json:"data"`
}

type property struct {
	Type  json.RawMessage `json:"type"`
	Items struct {
		Type json.RawMessage `json:"type"`
	} `json:"items"`
}

// fields are the schema's properties in their order, else the keys. One without a name is left to the workflow: not every language
// has a way to write it.
func (s schema) fields(keys []string) []scaffold.Field {
	var list []scaffold.Field
	for _, name := range named(memberNames(s.Data.Properties)) {
		var all map[string]json.RawMessage
		_ = json.Unmarshal(s.Data.Properties, &all)
		var p property
		_ = json.Unmarshal(all[name], &p) // a property that is no object, such as true, is of any type
		list = append(list, scaffold.Field{Name: name, Type: p.kind(), Required: slices.Contains(s.Data.Required, name)})
	}
	if len(list) > 0 {
		return list
	}
	for _, key := range named(keys) {
		if !slices.ContainsFunc(list, func(f scaffold.Field) bool { return f.Name == key }) {
			list = append(list, scaffold.Field{Name: key})
		}
	}
	return list
}

func named(fields []string) []string {
	return slices.DeleteFunc(fields, func(name string) bool { return name == "" })
}

func (p property) kind() string {
	kind := one(p.Type)
	if items := one(p.Items.Type); kind == "array" && items != "" {
		return kind + ":" + items
	}
	return kind
}

// one is the type where the schema allows just one, beside null; otherwise empty.
func one(raw json.RawMessage) string {
	var single string
	if json.Unmarshal(raw, &single) == nil {
		return single
	}
	var several []string
	if json.Unmarshal(raw, &several) != nil {
		return ""
	}
	several = slices.DeleteFunc(several, func(kind string) bool { return kind == "null" })
	if len(several) == 1 {
		return several[0]
	}
	return ""
}

// memberNames lists an object's members in the order of the text.
func memberNames(raw json.RawMessage) []string {
	var names []string
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	for dec.More() {
		key, err := dec.Token()
		var value json.RawMessage
		if err != nil || dec.Decode(&value) != nil {
			return names
		}
		name, _ := key.(string)
		names = append(names, name)
	}
	return names
}
