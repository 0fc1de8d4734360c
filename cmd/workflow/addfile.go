package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/compose"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/file"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// addToFile adds a task to a definition in a local file. It needs no server: what tasks take is read from the files beside it.
func addToFile(_ context.Context, deps *cli.Deps, workflow string, add compose.Addition, opts addOptions) error {
	path := deps.Absolute(opts.file)
	text, err := os.ReadFile(path) //nolint:gosec // the file that the user named
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cli.NotFound("Example: orkesctl workflow add-task order get-inventory -f order.workflow.yaml", "%s: no such file", opts.file)
	case err != nil:
		return fmt.Errorf("read the definition: %w", err)
	}
	document, err := pick(opts.file, text, workflow, opts.version)
	if err != nil {
		return err
	}
	defs := localTasks(deps, path)
	know(&add, defs)
	changed, err := addTo(document.JSON, add)
	if err != nil {
		return err
	}
	if err := printAddition(deps, changed, fmt.Sprintf("%s: workflow/%s v%d", opts.file, workflow, versionOf(changed.tree))); err != nil {
		return err
	}
	change := render.Change{Kind: kind, ID: workflow, Version: versionOf(changed.tree), Action: changed.action(false), Detail: opts.file}
	if opts.dryRun {
		change.Word = define.Would(change.Action)
	} else if change.Action != render.Unchanged {
		if err := writeEdits(path, text, document, changed.plan.Edits); err != nil {
			return err
		}
	}
	if err := deps.Printer().Changes([]render.Change{change}); err != nil {
		return err
	}
	if _, known := add.Outputs[add.Name]; !known && add.Type == "SIMPLE" && change.Action != render.Unchanged {
		deps.Note("note: no definition of task %s was found beside the file, so no inputs were wired: say them with --input NAME=VALUE", add.Name)
	}
	return nil
}

// pick finds the workflow among the file's documents.
func pick(name string, text []byte, workflow string, version int) (*manifest.Document, error) {
	documents, problems := manifest.Read(name, bytes.NewReader(text), "")
	if len(problems) > 0 {
		return nil, cli.Failed("Correct the file and repeat the command.", "%s", problems[0])
	}
	var names []string
	for _, document := range documents {
		if document.Kind != definition.KindWorkflowDef {
			continue
		}
		names = append(names, document.Name())
		if document.Name() == workflow && (version == 0 || versionOf(document.Tree) == version) {
			return document, nil
		}
	}
	hint := "Example: orkesctl workflow add-task order get-inventory -f order.workflow.yaml"
	if len(names) > 0 {
		hint = "It holds: " + strings.Join(names, ", ")
	}
	return nil, cli.NotFound(hint, "%s: there is no workflow %q in it", name, workflow)
}

// localTasks reads the task definitions of the project's folder and of the file's own. Files with problems are passed over:
// they are only asked for the names of inputs.
func localTasks(deps *cli.Deps, path string) []conductor.TaskDef {
	folders := []string{filepath.Dir(path)}
	if project, err := deps.Project(); err == nil && project != nil {
		folders = append(folders, project.DefinitionsDir())
	}
	var defs []conductor.TaskDef
	for _, folder := range folders {
		paths, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			continue
		}
		for _, path := range paths {
			defs = append(defs, tasksIn(path)...)
		}
	}
	return defs
}

func tasksIn(path string) []conductor.TaskDef {
	if !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
		return nil
	}
	documents, _, err := manifest.ReadFile(path, "")
	if err != nil {
		return nil
	}
	var defs []conductor.TaskDef
	for _, document := range documents {
		var def conductor.TaskDef
		if document.Kind == definition.KindTaskDef && json.Unmarshal(document.JSON, &def) == nil {
			defs = append(defs, def)
		}
	}
	return defs
}

// writeEdits makes the edits in the file's text, JSON or YAML, and replaces the file.
func writeEdits(path string, text []byte, document *manifest.Document, edits []compose.Edit) error {
	changed, err := editText(text, document, edits)
	if err != nil {
		return err
	}
	return file.Write(path, changed, 0o644)
}

func editText(text []byte, document *manifest.Document, edits []compose.Edit) ([]byte, error) {
	if json.Valid(text) {
		return editJSON(text, document, edits)
	}
	editor := manifest.NewEditor(document, text)
	for _, edit := range edits {
		change := editor.Set
		if edit.Insert {
			change = editor.Insert
		}
		if err := change(edit.Path, edit.Value); err != nil {
			return nil, err
		}
	}
	return editor.Bytes(), nil
}

// editJSON edits a file that is JSON as JSON: one object, or a list of them.
func editJSON(text []byte, document *manifest.Document, edits []compose.Edit) ([]byte, error) {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		inList := make([]compose.Edit, len(edits))
		for i, edit := range edits {
			edit.Path = slices.Concat([]any{document.Index}, edit.Path)
			inList[i] = edit
		}
		edits = inList
	}
	return compose.Apply(text, edits)
}
