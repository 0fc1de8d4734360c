// Package lint finds what is wrong with a project's definitions and its orkesctl.yaml, without a server. docs/lint.md lists the rules.
package lint

import (
	"cmp"
	"slices"
	"sort"
)

// Level says how bad a finding is.
type Level string

// The levels, the worst first.
const (
	Error   Level = "error"   // the server refuses it, or what it describes cannot work
	Warning Level = "warning" // it is probably not what was meant
	Info    Level = "info"    // it holds only if something that is not here is there
)

// Levels lists the levels, the worst first.
func Levels() []Level { return []Level{Error, Warning, Info} }

// Within reports whether a finding of this level is shown where level is the least to be shown.
func (l Level) Within(level Level) bool {
	return slices.Index(Levels(), l) <= slices.Index(Levels(), level)
}

// Rule is one thing that is looked for. Its ID is never used for another.
type Rule struct {
	ID    string
	Level Level
	Title string
}

const (
	unreadable      = "ORK-LINT-001"
	unknownField    = "ORK-LINT-002"
	invalid         = "ORK-LINT-003"
	twice           = "ORK-LINT-004"
	forkWithoutJoin = "ORK-LINT-005"
	joinsNothing    = "ORK-LINT-006"
	noSuchReference = "ORK-LINT-007"
	laterReference  = "ORK-LINT-008"
	undeclaredInput = "ORK-LINT-009"
	undeclaredKey   = "ORK-LINT-010"
	inputMissing    = "ORK-LINT-011"
	taskElsewhere   = "ORK-LINT-012"
	flowElsewhere   = "ORK-LINT-013"
	projectInvalid  = "ORK-LINT-014"
	projectUnknown  = "ORK-LINT-015"
	noDefinitions   = "ORK-LINT-016"
	workerUndefined = "ORK-LINT-017"
)

// Rules are all there are, by ID.
func Rules() []Rule {
	return []Rule{
		{unreadable, Error, "a file is not YAML or JSON, or does not say what it defines"},
		{unknownField, Error, "a definition has a field that is not known"},
		{invalid, Error, "a value that the server refuses"},
		{twice, Error, "a definition is there twice"},
		{forkWithoutJoin, Error, "no JOIN follows a fork: the workflow fails as soon as it gets there"},
		{joinsNothing, Error, "a JOIN waits for a reference that is not there: it waits for ever"},
		{noSuchReference, Warning, "an expression names a task that is not in the workflow: its value is null"},
		{laterReference, Warning, "an expression names a task that comes later: its value is null"},
		{undeclaredInput, Warning, "an expression names an input that the workflow does not declare in inputParameters"},
		{undeclaredKey, Warning, "an expression names an output that the task's definition does not declare in outputKeys or outputSchema"},
		{inputMissing, Warning, "a workflow does not pass what the task's definition declares in inputKeys"},
		{taskElsewhere, Info, "a workflow uses a task that is not defined here"},
		{flowElsewhere, Info, "a workflow starts another that is not defined here"},
		{projectInvalid, Error, "orkesctl.yaml cannot be read, or holds a value of the wrong kind"},
		{projectUnknown, Warning, "orkesctl.yaml has a key that is not known"},
		{noDefinitions, Error, "the folder of definitions that orkesctl.yaml names is not there"},
		{workerUndefined, Warning, "a task of this project's workers is not defined here"},
	}
}

func levelOf(id string) Level {
	for _, rule := range Rules() {
		if rule.ID == id {
			return rule.Level
		}
	}
	return Error
}

// Finding is one thing found. Line and Column count from 1; zero where the whole file is meant. Fix is the next step, often empty.
type Finding struct {
	ID      string `json:"id"`
	Level   Level  `json:"level"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Subject string `json:"subject"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// Summary counts what was found, and the files that were looked at.
type Summary struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	Files    int `json:"files"`
}

// Report is all that was found, in the order of files and lines.
type Report struct {
	Findings []Finding `json:"findings"`
	Summary  Summary   `json:"summary"`
}

func report(findings []Finding, files int) Report {
	sort.SliceStable(findings, func(i, j int) bool {
		a, b := &findings[i], &findings[j]
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.ID, b.ID)) < 0
	})
	r := Report{Findings: append([]Finding{}, findings...), Summary: Summary{Files: files}}
	for _, f := range findings {
		switch f.Level {
		case Error:
			r.Summary.Errors++
		case Warning:
			r.Summary.Warnings++
		case Info:
			r.Summary.Infos++
		}
	}
	return r
}

// Within is the report without the findings of lesser levels.
func (r Report) Within(level Level) Report {
	var kept []Finding
	for _, f := range r.Findings {
		if f.Level.Within(level) {
			kept = append(kept, f)
		}
	}
	return report(kept, r.Summary.Files)
}
