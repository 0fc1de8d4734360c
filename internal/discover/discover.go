// Package discover reads a project's sources and says which workers they declare: the task and domain that each will poll, as the
// SDK of its language finds them. It runs nothing. What cannot be resolved stays unknown, with the expression; nothing is guessed.
package discover

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strconv"
	"time"
)

// Place is a line of a file. File is relative to the project's root, with slashes; Line is 1-based.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// String returns FILE:LINE; empty for the zero place.
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Worker is one worker that the sources declare.
type Worker struct {
	Task, Domain         string // Domain is the effective one; empty is none
	TaskExpr, DomainExpr string // the expression, where it could not be resolved; Task or Domain is empty then
	DomainFrom           string // "code", "env NAME", "properties FILE:LINE"; empty where nothing says a domain
	DomainPlace          Place  // where the domain is written; zero where that is not known
	Language, SDK        string
	Concurrency          int           // 0: the SDK's default, or unknown
	PollInterval         time.Duration // 0: the SDK's default, or unknown
	Place                Place
}

// unknownDomain forgets a worker's domain for an expression that may give it another.
func (w *Worker) unknownDomain(expression string) {
	w.Domain, w.DomainFrom, w.DomainPlace, w.DomainExpr = "", "", Place{}, expression
}

// Notice is something in the sources or the environment that does not do what it seems to. Kind is a stable word.
type Notice struct {
	Kind, Subject, Message, Fix string
	Place                       Place // zero for a variable of the shell
}

// Findings are all that was found, in the order of their places.
type Findings struct {
	Workers []Worker
	Notices []Notice
}

// Project reads the sources below root. Files that are ignored, hidden, generated or tests are left out. An error means that root
// could not be read; a file that cannot be read is a notice.
func Project(ctx context.Context, root string, env Environment) (Findings, error) {
	all, err := walk(ctx, root)
	if err != nil {
		return Findings{}, err
	}
	found := Findings{Notices: all.notices}
	for _, read := range readers() {
		if err := ctx.Err(); err != nil {
			return Findings{}, err
		}
		read(all, env, &found)
	}
	readSecrets(all, &found)
	checkVariables(all, env, &found)
	found.sort()
	return found, nil
}

// reader finds the workers of one language among the files.
type reader func(all *tree, env Environment, found *Findings)

func readers() []reader { return []reader{readGo, readPython, readScript, readJava, readRust} }

// sort orders by place, and leaves one of what was found twice.
func (f *Findings) sort() {
	sort.SliceStable(f.Workers, func(i, j int) bool {
		a, b := &f.Workers[i], &f.Workers[j]
		return cmp.Or(comparePlaces(a.Place, b.Place), cmp.Compare(a.Task, b.Task), cmp.Compare(a.Domain, b.Domain)) < 0
	})
	f.Workers = slices.Compact(f.Workers)
	sort.SliceStable(f.Notices, func(i, j int) bool {
		a, b := &f.Notices[i], &f.Notices[j]
		return cmp.Or(comparePlaces(a.Place, b.Place), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject)) < 0
	})
	f.Notices = slices.Compact(f.Notices)
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
}
