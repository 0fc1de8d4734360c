package worker

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/render"
)

// declared is a worker as -o json shows it. What could not be resolved is an expression, and the value is empty.
type declared struct {
	Task             string `json:"task"`
	TaskExpression   string `json:"taskExpression,omitempty"`
	Domain           string `json:"domain"`
	DomainExpression string `json:"domainExpression,omitempty"`
	DomainFrom       string `json:"domainFrom,omitempty"`
	DomainAt         string `json:"domainAt,omitempty"`
	Language         string `json:"language"`
	SDK              string `json:"sdk"`
	Concurrency      int    `json:"concurrency,omitempty"`
	PollInterval     int64  `json:"pollIntervalMillis,omitempty"`
	File             string `json:"file"`
	Line             int    `json:"line"`
}

func newList(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "list [NAME|DIR]", Short: "List the workers that this project's sources declare",
		Long: `List the workers that this project's sources declare: the task and the domain that each will poll, as the SDK of its language finds
them in the code, its settings files, the project's .env and your shell's variables. Go, Python, Java, JavaScript, TypeScript and
Rust are read; nothing is run, and no server is asked. What cannot be said without running the program is shown as ? with its expression.

What does not do what it seems to is said on standard error: a variable that no SDK reads, a trap of an SDK, a secret in a source file.`,
		Example: "orkesctl worker list\norkesctl worker list -o json\norkesctl worker list ../billing-worker",
		Args:    cli.Args("[NAME]"), ValidArgsFunction: cli.CompleteFirst(completeProjects(deps)),
		RunE: func(cmd *cobra.Command, args []string) error { return runList(cmd.Context(), deps, args) },
	}
}

func runList(ctx context.Context, deps *cli.Deps, args []string) error {
	p, err := listed(deps, args)
	if err != nil {
		return err
	}
	var shell []string
	if deps.Environ != nil {
		shell = deps.Environ()
	}
	env, err := discover.EnvironmentOf(p, shell)
	if err != nil {
		return err
	}
	found, err := discover.Project(ctx, p.Root, env)
	if err != nil {
		return err
	}
	workers := make([]declared, len(found.Workers))
	for i, w := range found.Workers {
		workers[i] = declared{
			w.Task, w.TaskExpr, w.Domain, w.DomainExpr, w.DomainFrom, w.DomainPlace.String(), w.Language, w.SDK, w.Concurrency, w.PollInterval.Milliseconds(),
			w.Place.File, w.Place.Line,
		}
	}
	here := func(file string) string { // below the working folder, or else below the project
		if short := deps.Relative(filepath.Join(p.Root, filepath.FromSlash(file))); !filepath.IsAbs(short) {
			return short
		}
		return file
	}
	for _, n := range found.Notices {
		if n.Place.File != "" {
			n.Place.File = here(n.Place.File)
		}
		deps.Note("%s", noticeLine(n))
	}
	if len(workers) == 0 {
		deps.Note("No workers are declared in the sources below %s. Make a project with one: orkesctl scaffold worker", p.Root)
	}
	return render.List(deps.Printer(), declaredView(here), workers)
}

// listed is the project that is named, or that the working folder belongs to. A folder need not be a project to have sources.
func listed(deps *cli.Deps, args []string) (*project.Project, error) {
	if len(args) == 0 {
		p, err := deps.Project()
		if p == nil && err == nil {
			p = &project.Project{Root: deps.Dir, Env: ".env"}
		}
		return p, err
	}
	dir := deps.Absolute(args[0])
	if p, err := project.At(dir); p != nil || err != nil {
		return p, err
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return &project.Project{Root: dir, Env: ".env"}, nil
	}
	found, err := units(deps, args)
	if err != nil {
		return nil, err
	}
	return found[0].Project, nil
}

func noticeLine(n discover.Notice) string {
	place := n.Place.String()
	if n.Place.Line == 0 {
		place = n.Place.File
	}
	line := n.Message
	for _, part := range []string{n.Subject, place} {
		if part != "" && !strings.HasPrefix(line, part) {
			line = part + ": " + line
		}
	}
	return line + "\n  " + n.Fix
}

func declaredView(here func(string) string) render.View[declared] {
	return render.View[declared]{
		Name: func(w declared) string { return orUnknown(w.Task, w.TaskExpression) },
		Columns: []render.Column[declared]{
			{Title: "task", Value: func(w declared) any { return orUnknown(w.Task, w.TaskExpression) }},
			{Title: "domain", Whole: true, Value: func(w declared) any { return orUnknown(w.Domain, w.DomainExpression) }},
			{Title: "domain from", Wide: true, Value: func(w declared) any { return source(w) }},
			{Title: "language", Value: func(w declared) any { return w.Language }},
			{Title: "concurrency", Value: func(w declared) any { return unlessZero(w.Concurrency) }},
			{Title: "poll interval", Wide: true, Value: func(w declared) any { return interval(w.PollInterval) }},
			{Title: "sdk", Wide: true, Value: func(w declared) any { return w.SDK }},
			{Title: "declared at", Whole: true, Value: func(w declared) any { return discover.Place{File: here(w.File), Line: w.Line}.String() }},
		},
	}
}

// source is where a domain comes from, with its place where the word does not hold that already.
func source(w declared) string {
	if w.DomainAt == "" || strings.HasSuffix(w.DomainFrom, w.DomainAt) {
		return w.DomainFrom
	}
	return w.DomainFrom + " " + w.DomainAt
}

func orUnknown(value, expression string) string {
	if expression != "" {
		return "? " + expression
	}
	return value
}

func unlessZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func interval(millis int64) string {
	if millis == 0 {
		return ""
	}
	return (time.Duration(millis) * time.Millisecond).String()
}
