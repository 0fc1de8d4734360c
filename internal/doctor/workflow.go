package doctor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/internal/stuck"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

const checkFiles = "ORK-FLOW-001"

func workflowChecks() []Check {
	return []Check{
		{
			ID: checkFiles, Category: Workflows, Title: "same as the files", Worst: Warning, Needs: []string{checkServer, "ORK-PROJ-004"}, Quiet: true, Run: workflowFiles,
			Cause:    "A workflow of the project's folder of definitions is not on the server, or is another one there.",
			Evidence: "GET /metadata/workflow, compared field by field in its version.",
			Fix:      "orkesctl workflow define",
		},
		{
			ID: "ORK-FLOW-002", Category: Workflows, Title: "used", Worst: Failed, Needs: []string{checkServer, checkDefined, checkFiles}, Run: used,
			Cause:    "No workflow on the server has the worker's task, so that it never gets any; or one has a task whose name is spelled a little otherwise.",
			Evidence: "The names of the tasks of all workflows, at any depth.",
			Fix:      "orkesctl workflow add-task WORKFLOW TASK, or correct the name in the workflow.",
		},
	}
}

func workflowFiles(f *Facts) []Result {
	if !f.WorkflowDefs.Known() {
		return one(Result{State: Unknown, Because: f.WorkflowDefs.Why(), Fix: "orkesctl workflow list"})
	}
	var results []Result
	for _, document := range f.Documents {
		if document.Kind == definition.KindWorkflowDef {
			results = append(results, f.workflowFile(document))
		}
	}
	return orOK(results, "the project has none")
}

func (f *Facts) workflowFile(document *manifest.Document) Result {
	name := document.Name()
	result := Result{State: Warning, Label: name, Evidence: "not on the server", File: document.File, Line: document.Line}
	if have := f.workflow(document); have != nil {
		fields := reconcile.WorkflowDefs(have, document.Tree)
		if len(fields) == 0 {
			return Result{State: OK, Label: name, Evidence: "same as " + document.File}
		}
		texts := make([]string, 0, len(fields))
		for _, field := range fields {
			texts = append(texts, field.String())
		}
		result.Evidence, result.Because = "differs from "+document.File, "define would change "+names(texts)
	}
	return result.fixedBy([]string{"workflow", "define", document.File})
}

// workflow is the server's definition of the document's name and version; nil where there is none.
func (f *Facts) workflow(document *manifest.Document) reconcile.Tree {
	want := "1"
	if version, found := document.Tree["version"]; found {
		want = fmt.Sprint(version)
	}
	for _, def := range f.WorkflowDefs.Value {
		var tree reconcile.Tree
		if def.Value.Name == document.Name() && strconv.Itoa(def.Value.Version) == want && conductor.Decode(def.Raw, &tree) == nil {
			return tree
		}
	}
	return nil
}

func used(f *Facts) []Result {
	if !f.WorkflowDefs.Known() {
		return one(Result{State: Unknown, Because: f.WorkflowDefs.Why(), Fix: "orkesctl workflow list"})
	}
	var results []Result
	for _, w := range f.known() {
		result := f.use(w)
		result.About = w.Task
		results = append(results, result)
	}
	return orOK(results, "no task is declared")
}

func (f *Facts) use(w Worker) Result {
	result := Result{State: OK, Label: w.Task}
	if workflows := f.workflowsWith(w.Task); len(workflows) > 0 {
		result.Evidence = "in workflow " + names(workflows)
		return result
	}
	for _, document := range f.Documents {
		var def conductor.WorkflowDef
		if document.Kind == definition.KindWorkflowDef && conductor.Decode(document.JSON, &def) == nil && slices.Contains(workerTasks(def), w.Task) {
			return Result{State: Skipped, Because: "needs workflow " + document.Name() + " of " + document.File}
		}
	}
	result.State, result.Evidence = Warning, "in no workflow on the server"
	for _, def := range f.WorkflowDefs.Value {
		for _, name := range workerTasks(def.Value) {
			_, defined := f.defined(name)
			if defined || !stuck.Alike(name, w.Task) || slices.ContainsFunc(f.known(), func(other Worker) bool { return other.Task == name }) {
				continue
			}
			result.State, result.Evidence = Failed, "workflow "+def.Value.Name+" has "+name
			result.Because, result.Fix = "the worker polls "+w.Task+" ("+strings.TrimSpace(w.Place())+")", "write name: "+w.Task+" in workflow "+def.Value.Name+", then: orkesctl workflow define FILE"
			return result
		}
	}
	result.Because, result.Fix = "the worker polls, and never gets a task", "orkesctl workflow add-task WORKFLOW "+w.Task
	return result
}
