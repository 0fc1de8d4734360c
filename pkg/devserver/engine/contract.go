package engine

import (
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/schema"
)

// Schemas are enforced as the guides of Orkes and open source say ("Schema Validation"): by enforceSchema alone, which is on in a workflow's
// definition and off in a task's. What is wrong with a workflow's input refuses the start; with a task's input or output it ends the task,
// which no further attempt would mend; with a workflow's output it fails the workflow. A schema that is no JSON Schema, or says nothing
// of itself, fails what it is for. One that is registered nowhere, or cannot be read, holds nobody to anything: the log says so.
// 3.32.1 itself only stores schemas.

// schemaTypes are the types that may be registered; values are checked against the first.
func schemaTypes() []string { return []string{"JSON", "AVRO", "PROTOBUF"} }

// document is what a schema's text came to: ready to check, or why nobody can be held to it (broken), or why it fails all (refusal).
type document struct {
	ready           *schema.Schema
	broken, refusal string
}

func documentOf(kind string, data map[string]any) document {
	switch {
	case kind == "":
		return document{refusal: "it has no type, of " + strings.Join(schemaTypes(), ", ")}
	case !strings.EqualFold(kind, "JSON"):
		return document{refusal: "its type is " + kind + ", and only JSON can be checked"}
	case data == nil:
		return document{refusal: "it has no data"}
	}
	ready, err := schema.Compile(data)
	if err != nil {
		return document{broken: err.Error()}
	}
	return document{ready: ready}
}

// contract is what a definition wants of an input or output; nil wants nothing.
type contract struct {
	name     string
	version  int
	own      *document // nil where the definition only names a registered schema
	registry func(name string, version int) *document
}

// contractOf reads inputSchema or outputSchema.
func (b *planner) contractOf(def map[string]any, enforced bool) *contract {
	if !b.heeding || !enforced || len(def) == 0 {
		return nil
	}
	c := &contract{version: 1, registry: b.registry}
	c.name, _ = def["name"].(string)
	if version, ok := numberOf(def["version"]); ok && version >= 1 {
		c.version = int(version)
	}
	kind, _ := def["type"].(string)
	data, given := def["data"].(map[string]any)
	if external, _ := def["externalRef"].(string); given || external != "" {
		own := documentOf(kind, data)
		c.own = &own
	}
	return c
}

// breach says what is wrong with a value; nothing where all is well. subject is what the value is, as in "Input of task t".
func (c *contract) breach(subject string, value map[string]any) string {
	if c == nil {
		return ""
	}
	found := c.own
	if found == nil {
		found = c.registry(c.name, c.version)
	}
	title := fmt.Sprintf("schema %s v%d", c.name, c.version)
	switch {
	case found == nil || found.broken != "":
		return ""
	case found.refusal != "":
		return fmt.Sprintf("%s cannot be checked by its %s: %s", subject, title, found.refusal)
	}
	problems := found.ready.Check(anyMap(value))
	if len(problems) == 0 {
		return ""
	}
	lines := make([]string, len(problems))
	for i, problem := range problems {
		lines[i] = problem.String()
	}
	return cut(fmt.Sprintf("%s is not as its %s wants: %s", subject, title, strings.Join(lines, "; ")), maxReason)
}

// registered finds a schema that a definition names, and logs where there is none to hold anybody to.
func (e *Engine) registered(name string, version int) *document {
	held := e.schemas.find(name, version)
	switch {
	case held == nil:
		e.logger.Warn("a definition names a schema that is not registered: nothing is checked", "schema", name, "version", version)
		return nil
	case held.broken != "":
		e.logger.Warn("a schema cannot be read: nothing is checked", "schema", name, "version", version, "error", held.broken)
	}
	return &held.document
}

// admissible refuses to begin an execution whose input is not as the definition wants.
func (p *plan) admissible(input map[string]any) error {
	if breach := p.takes.breach("The input of workflow "+p.def.Name, input); breach != "" {
		return fault.Invalid("%s", breach)
	}
	return nil
}

// inputBreach and outputBreach say what is wrong with a task's data.
func (t *task) inputBreach() string {
	return t.node.takes.breach("The input of task "+t.Wire.ReferenceTaskName, t.Wire.InputData)
}

func (t *task) outputBreach(status string) string {
	if status != conductor.TaskCompleted {
		return ""
	}
	return t.node.gives.breach("The output of task "+t.Wire.ReferenceTaskName, t.Wire.OutputData)
}
