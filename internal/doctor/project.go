package doctor

import (
	"fmt"
	"io/fs"
	"runtime"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/project"
)

const (
	checkProject  = "ORK-PROJ-001"
	checkDeclared = "ORK-PROJ-005"
	noProject     = "no worker's project is here"
)

func projectChecks() []Check {
	return []Check{
		{
			ID: checkProject, Category: Project, Title: "worker project", Worst: Failed, Local: true, Run: projectHere,
			Cause:    "The folder, and those above it, hold no orkesctl.yaml and nothing that looks like a worker's project, or the file cannot be read.",
			Evidence: "orkesctl.yaml, or the files that each language's projects have.",
			Fix:      "Go to the worker's folder, or make one: orkesctl scaffold worker.",
		},
		{
			ID: "ORK-PROJ-002", Category: Project, Title: "toolchain", Worst: Failed, Needs: []string{checkProject}, Local: true, Run: toolchain,
			Cause:    "The language's program is not installed, or older than the SDK needs: Python 3.10, Java 21, Node 20, Go 1.23.",
			Evidence: "What the program answers when it is asked for its version.",
			Fix:      "Install the version that is named.",
		},
		{
			ID: "ORK-PROJ-003", Category: Project, Title: "dependencies", Worst: Warning, Needs: []string{checkProject, "ORK-PROJ-002"}, Local: true, Quiet: true, Run: dependencies,
			Cause:    "The project's dependencies are not installed.",
			Evidence: "The file that their installation leaves is not there.",
			Fix:      "orkesctl worker install",
		},
		{
			ID: "ORK-PROJ-004", Category: Project, Title: "definitions", Worst: Failed, Needs: []string{checkProject}, Local: true, Quiet: true, Run: definitionsRead,
			Cause:    "A file in the folder of definitions is not valid: the server would refuse it, or take it for something else.",
			Evidence: "File, line and column, as orkesctl task define says them.",
			Fix:      "Correct the line.",
		},
		{
			ID: checkDeclared, Category: Project, Title: "declared workers", Worst: Warning, Local: true, Quiet: true, Run: declaredTasks,
			Cause:    "Nothing says which tasks the project's workers poll, so that nothing can be compared with the server.",
			Evidence: "The sources, orkesctl.yaml and the folder of definitions.",
			Fix:      "Name the task: orkesctl doctor --task NAME.",
		},
		{
			ID: "ORK-PROJ-006", Category: Project, Title: "SDK", Worst: Failed, Needs: []string{checkProject}, Local: true, Quiet: true, Run: sdkVersion,
			Cause:    "The project asks for a version of the SDK that is known not to work: conductor-python before 1.5.1, conductor-javascript 4 without zod 3.",
			Evidence: "The files that name the project's dependencies.",
			Fix:      "Ask for the version that is named.",
		},
		{
			ID: "ORK-PROJ-007", Category: Project, Title: "traps", Worst: Failed, Needs: []string{checkProject}, Local: true, Quiet: true,
			Run:      noticed(discover.KindTrap, Failed),
			Cause:    "The sources hold something that an SDK takes in silence and that keeps its workers from working: no main guard or postponed annotations in Python, a decorator on a function in JavaScript, a typed worker that swallows errors or a program that waits for nothing in Go.",
			Evidence: "File and line.",
			Fix:      "The line to write is named.",
		},
		{
			ID: "ORK-PROJ-008", Category: Project, Title: "secrets", Worst: Failed, Needs: []string{checkProject}, Local: true, Quiet: true,
			Run:      noticed(discover.KindSecret, Failed),
			Cause:    "A secret stands in a source file: whoever may read the repository may act as the worker.",
			Evidence: "File and line; the secret is not shown.",
			Fix:      "Take it from the environment, make a new key and delete the old one.",
		},
		{
			ID: "ORK-PROJ-009", Category: Project, Title: "sources", Worst: Warning, Needs: []string{checkProject}, Local: true, Quiet: true,
			Run:      noticed(discover.KindFile, Warning),
			Cause:    "A source file could not be read, or only in part: workers in it are not seen.",
			Evidence: "The file.",
			Fix:      "Check the file and its permissions.",
		},
	}
}

// windowsMode reports whether a file's mode says who may read it: not on Windows.
func windowsMode(fs.FileMode) bool { return runtime.GOOS != "windows" }

func projectHere(f *Facts) []Result {
	switch {
	case f.ProjectErr != nil:
		return one(Result{State: Failed, Evidence: f.ProjectErr.Error(), Fix: "correct " + project.FileName, File: project.FileName})
	case f.Project == nil && (len(f.Declared) > 0 || f.AsApp != ""):
		return one(Result{State: Warning, Evidence: noProject, Because: "only what was named is examined", Fix: "go to the worker's folder"})
	case f.Project == nil:
		return one(Result{State: Failed, Evidence: "none here or in a folder above", Because: "no " + project.FileName + ", and nothing that looks like a worker's project", Fix: "orkesctl scaffold worker --lang go"})
	case f.Unit == nil || f.Unit.Language == nil:
		return one(Result{State: OK, Evidence: f.Project.Root + ", language not known"})
	default:
		return one(Result{State: OK, Evidence: f.Unit.Name + ", " + f.Unit.Language.Title})
	}
}

func toolchain(f *Facts) []Result {
	tool := f.Toolchain
	switch {
	case tool.Program == "":
		return one(Result{State: Skipped, Because: "the project's language is not known"})
	case tool.Problem != nil:
		return one(Result{State: Failed, Evidence: tool.Problem.What, Because: fmt.Sprintf("the SDK for %s needs at least %s", tool.Title, tool.Minimum), Fix: tool.Problem.Fix})
	case tool.Version == "":
		return one(Result{State: Unknown, Evidence: tool.Program, Because: "it did not tell its version in time", Fix: "look: " + tool.Program + " --version"})
	default:
		return one(Result{State: OK, Evidence: fmt.Sprintf("%s %s   at least %s is needed", tool.Program, tool.Version, tool.Minimum)})
	}
}

func dependencies(f *Facts) []Result {
	if problem := f.Toolchain.Dependencies; problem != nil {
		return one(Result{State: Warning, Evidence: problem.What, Because: "the worker cannot be started yet", Fix: problem.Fix})
	}
	return one(Result{State: OK, Evidence: "installed, or got by the build"})
}

func definitionsRead(f *Facts) []Result {
	var results []Result
	for _, problem := range f.Problems {
		results = append(results, Result{State: Failed, Evidence: problem.String(), Fix: "correct " + problem.File, File: problem.File, Line: problem.Line})
	}
	return orOK(results, fmt.Sprintf("%d read", len(f.Documents)))
}

func declaredTasks(f *Facts) []Result {
	if len(f.Declared) == 0 && f.Project == nil {
		return one(Result{State: Skipped, Because: noProject})
	}
	if len(f.Declared) == 0 {
		return one(Result{State: Warning, Evidence: "none found", Because: "what has to do with tasks is not checked", Fix: "orkesctl doctor --task NAME"})
	}
	var results []Result
	for _, worker := range f.Declared {
		if worker.Task == "" {
			results = append(results, Result{
				State: Unknown, Evidence: "the task's name is " + worker.Expression, Because: worker.Place() + ": it is only known when the worker runs",
				Fix: "orkesctl doctor --task NAME", File: worker.File, Line: worker.Line,
			})
		}
	}
	if len(results) < len(f.Declared) {
		results = append([]Result{{State: OK, Evidence: strconv.Itoa(len(f.Declared) - len(results))}}, results...)
	}
	return results
}

// sdkVersion finds versions that are known not to work.
func sdkVersion(f *Facts) []Result {
	var results []Result
	for _, sdk := range f.SDKs {
		result := Result{State: Warning, Evidence: sdk.Name + " " + sdk.Version, File: sdk.File, Line: sdk.Line}
		switch {
		case sdk.Name == "conductor-python" && older(sdk.Version, "1.5.1"):
			result.Because, result.Fix = "it stops polling behind some proxies, and its processes crash on macOS", "ask for conductor-python>=2.0,<3 in "+sdk.File
		case strings.HasSuffix(sdk.Name, "conductor-javascript") && !older(sdk.Version, "4") && !strings.HasPrefix(sdk.Zod, "3"):
			result.State = Failed
			result.Because, result.Fix = "npm cannot install it (ERESOLVE): it needs zod 3 beside it", `add "zod": "^3.25" to the dependencies in `+sdk.File
		default:
			continue
		}
		results = append(results, result)
	}
	return orOK(results, "none that is known not to work")
}

// older compares versions by their numbers.
func older(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range max(len(a), len(b)) {
		var x, y int
		if i < len(a) {
			x, _ = strconv.Atoi(a[i])
		}
		if i < len(b) {
			y, _ = strconv.Atoi(b[i])
		}
		if x != y {
			return x < y
		}
	}
	return false
}

// noticed are the notices of one kind.
func noticed(kind string, state State) func(*Facts) []Result {
	return func(f *Facts) []Result { return orOK(f.noticed(kind, state), "none found") }
}

func (f *Facts) noticed(kind string, state State) []Result {
	var results []Result
	for _, n := range f.Notices {
		if n.Kind != kind {
			continue
		}
		result := Result{State: state, Label: n.Subject, Evidence: n.Message, Because: n.Place.String(), Fix: n.Fix, File: n.Place.File, Line: n.Place.Line}
		if n.Subject == n.Place.File {
			result.Because = ""
		}
		results = append(results, result)
	}
	return results
}
