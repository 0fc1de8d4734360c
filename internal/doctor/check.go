// Package doctor finds out what keeps a project's workers from their tasks. First the facts are gathered, in a few rounds of
// requests that run side by side; then every check is a pure function of the facts. A check that fails makes those that need it
// skipped, so that one mistake is one finding, and what cannot be known is unknown and not guessed. Nothing is polled or changed.
package doctor

import (
	"slices"
	"strings"
	"unicode"
)

// Category is a part of the way from code to a task; checks are shown by category, in this order.
type Category string

// The categories.
const (
	Environment Category = "environment"
	Project     Category = "project"
	Connection  Category = "connection"
	Identity    Category = "identity"
	Permissions Category = "permissions"
	Tasks       Category = "tasks"
	Domains     Category = "domains"
	Workflows   Category = "workflows"
	Queues      Category = "queues"
	Workers     Category = "workers"
)

// Categories lists the categories in order.
func Categories() []Category {
	return []Category{Environment, Project, Connection, Identity, Permissions, Tasks, Domains, Workflows, Queues, Workers}
}

// State is how a check came out.
type State string

// The states. Skipped and Unknown say why in Result.Because.
const (
	OK      State = "ok"
	Warning State = "warning"
	Failed  State = "failed"
	Skipped State = "skipped"
	Unknown State = "unknown"
)

// Result is what a check says about one thing.
type Result struct {
	ID       string   `json:"id"`
	Category Category `json:"category"`
	State    State    `json:"result"`
	Subject  string   `json:"subject"`
	Evidence string   `json:"evidence"` // what was seen, in a few words
	Because  string   `json:"because"`  // why it is so, with places
	Fix      string   `json:"fix"`      // what to type, or what to do

	Label string     `json:"-"` // what a person reads before the evidence; empty is the check's title
	About string     `json:"-"` // the task that it is about; empty is everything
	File  string     `json:"-"` // where it is, relative to the working folder; empty is nowhere
	Line  int        `json:"-"`
	Apply [][]string `json:"-"` // the commands, without orkesctl's name, with which --fix mends it; nil where it does not
	Table [][]string `json:"-"` // shown below, for people

	of string // how others name it
}

// blocks reports whether a check that needs this result cannot be made.
func (r Result) blocks() bool { return r.State == Failed || r.State == Skipped || r.State == Unknown }

// Check is one thing that is looked at. ID is stable: scripts and docs/checks.md name it.
type Check struct {
	ID       string
	Category Category
	Title    string
	Of       string   // before a task's name, what others need of it: "the domain of"
	Worst    State    // Failed or Warning: the most that it says
	Needs    []string // the ids of checks without which it means nothing
	Local    bool     // it needs no server
	Quiet    bool     // where all is well people need not read it
	Cause    string   // for docs/checks.md: what is wrong, how it is seen, what mends it
	Evidence string
	Fix      string
	Run      func(f *Facts) []Result
}

// Checks lists every check, a category after the other.
func Checks() []Check {
	return slices.Concat(environmentChecks(), projectChecks(), connectionChecks(), identityChecks(), permissionChecks(), taskChecks(),
		domainChecks(), workflowChecks(), queueChecks(), workerChecks())
}

// Filter says which results are wanted. Empty lists want all. Only, Skip: ids. Tasks: names of tasks.
type Filter struct {
	Only, Skip, Tasks []string
	Categories        []Category
}

func (f Filter) wants(check Check) bool {
	listed := func(list []string) bool {
		return slices.ContainsFunc(list, func(id string) bool { return strings.EqualFold(id, check.ID) })
	}
	switch {
	case listed(f.Skip), len(f.Only) > 0 && !listed(f.Only):
		return false
	default:
		return len(f.Categories) == 0 || slices.Contains(f.Categories, check.Category)
	}
}

func (f Filter) wantsResult(r Result) bool {
	return r.About == "" || len(f.Tasks) == 0 || slices.Contains(f.Tasks, r.About)
}

// Report is what all checks said, and how many said what.
type Report struct {
	Checks  []Result      `json:"checks"`
	Summary map[State]int `json:"summary"`
}

// Examine makes the checks that the filter wants, and those that they need.
func Examine(facts *Facts, filter Filter) Report {
	all := Checks()
	examined := *facts
	examined.indexed = facts.look()
	facts = &examined
	e := examination{facts: facts, checks: map[string]Check{}, done: map[string][]Result{}}
	for _, check := range all {
		e.checks[check.ID] = check
	}
	report := Report{Checks: []Result{}, Summary: map[State]int{OK: 0, Warning: 0, Failed: 0, Skipped: 0, Unknown: 0}}
	for _, check := range all {
		if !filter.wants(check) {
			continue
		}
		for _, result := range e.results(check.ID) {
			if filter.wantsResult(result) {
				report.Checks = append(report.Checks, result)
				report.Summary[result.State]++
			}
		}
	}
	return report
}

type examination struct {
	facts  *Facts
	checks map[string]Check
	done   map[string][]Result
}

// results makes a check once, after those that it needs.
func (e *examination) results(id string) []Result {
	if results, done := e.done[id]; done {
		return results
	}
	check := e.checks[id]
	results := e.judge(check)
	for i := range results {
		complete(&results[i], check)
	}
	e.done[id] = results
	return results
}

func complete(r *Result, check Check) {
	r.ID, r.Category = check.ID, check.Category
	if r.Label == "" {
		r.Label = check.Title
	}
	if r.of = r.Label; r.About != "" && check.Of != "" {
		r.of = check.Of + " " + r.About
	}
	if r.Subject == "" {
		r.Subject = r.About
	}
	if r.Subject == "" {
		r.Subject = r.Label
	}
	for _, text := range []*string{&r.Label, &r.Subject, &r.Evidence, &r.Because, &r.Fix, &r.of} {
		*text = printable(*text)
	}
}

// printable leaves out what would steer a terminal: names come from servers and files.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
}

func (e *examination) judge(check Check) []Result {
	if e.facts.Offline && !check.Local {
		return []Result{{State: Skipped, Because: "--offline: no server is asked"}}
	}
	blocked := map[string]Result{} // by the task that they are about, the first of each
	for _, id := range check.Needs {
		for _, result := range e.results(id) {
			_, there := blocked[result.About]
			switch {
			case !result.blocks():
			case result.About == "":
				return []Result{{State: Skipped, Because: needs(result)}}
			case !there:
				blocked[result.About] = result
			}
		}
	}
	results := check.Run(e.facts)
	for i, result := range results {
		if need, is := blocked[result.About]; is {
			results[i] = Result{State: Skipped, About: result.About, Because: needs(need)}
		}
	}
	return results
}

// needs names the root cause: of what was skipped itself, what it needs.
func needs(r Result) string {
	switch r.State {
	case Skipped:
		return r.Because
	case Unknown:
		return "needs " + r.of + ", which is not known"
	default:
		return "needs " + r.of
	}
}

// Failed reports whether anything is broken: exit 5.
func (r Report) Failed() bool { return r.Summary[Failed] > 0 }

// First is the result to mend first: of those that failed, else of the warnings, the one that others hang on; nil where all is well.
func (r Report) First() *Result {
	order := []Category{Environment, Connection, Project}
	rank := func(category Category) int {
		if i := slices.Index(order, category); i >= 0 {
			return i
		}
		return len(order) + slices.Index(Categories(), category)
	}
	var first *Result
	for _, state := range []State{Failed, Warning} {
		for i, result := range r.Checks {
			if result.State == state && result.Fix != "" && (first == nil || rank(result.Category) < rank(first.Category)) {
				first = &r.Checks[i]
			}
		}
		if first != nil {
			return first
		}
	}
	return nil
}
