// Package lint holds the command that checks a project's files without a server.
package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/lint"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/sarif"
)

// New returns the command `orkesctl lint`.
func New(deps *cli.Deps) *cobra.Command {
	var level string
	output := cli.ReportOutput{Forms: append(render.Outputs(), "sarif")}
	levels := make([]string, 0, len(lint.Levels()))
	for _, l := range lint.Levels() {
		levels = append(levels, string(l))
	}
	cmd := &cobra.Command{
		Use: "lint [FILE|DIR|-…]", Short: "Check definitions and orkesctl.yaml, without a server",
		Long: `Check a project's definitions and its orkesctl.yaml without a server: what "task define" and "workflow define" check, whether the
definitions fit each other, and whether each task that the sources have a worker for is defined. Without arguments the project that
the working folder belongs to is checked; of a folder, the definitions and projects in it.

It ends with code 5 where something of level error is found, and with 0 otherwise: warnings and infos are for people to weigh.
--level leaves the lesser out. What each id means: docs/lint.md`,
		Example: "orkesctl lint\norkesctl lint definitions --level warning\norkesctl lint order.workflow.yaml -o json --jq '.findings[].message'",
		Args:    cli.Args("[FILE…]"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(levels, level) {
				return cli.Usage(cli.UsageHint(cmd), "--level %s: not one of %s", level, strings.Join(levels, ", "))
			}
			if err := output.Check(deps); err != nil {
				return err
			}
			return runLint(deps, cmd, args, lint.Level(level), output.Value == "sarif")
		},
	}
	output.Bind(cmd, "what is found")
	cmd.Flags().StringVar(&level, "level", string(lint.Info), "the least `LEVEL` to show: "+strings.Join(levels, "|"))
	_ = cmd.RegisterFlagCompletionFunc("level", cobra.FixedCompletions(levels, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runLint(deps *cli.Deps, cmd *cobra.Command, args []string, level lint.Level, scanned bool) error {
	targets, err := targets(deps, cmd, args)
	if err != nil {
		return err
	}
	report := lint.Files(cmd.Context(), targets)
	shown := report.Within(level)
	if scanned {
		err = render.Format{Output: "json"}.Document(deps.Term, sarifOf(shown, deps.Version))
	} else {
		err = show(deps, shown)
	}
	if err != nil {
		return err
	}
	if !deps.Globals.Format.Structured() && !scanned {
		deps.Note("%s", summary(shown.Summary))
	}
	if report.Summary.Errors > 0 {
		return cli.Silent(cli.ExitFindings)
	}
	return nil
}

// targets are what the arguments name, or the project.
func targets(deps *cli.Deps, cmd *cobra.Command, args []string) (lint.Targets, error) {
	targets := lint.Targets{Shown: deps.Relative}
	if len(args) == 0 {
		root, err := projectRoot(deps, cmd)
		if err != nil {
			return targets, err
		}
		args = []string{root}
	}
	for _, arg := range args {
		if arg == "-" {
			targets.Input = deps.Term.In
		} else if err := targets.Add(deps.Absolute(arg)); err != nil {
			return targets, cli.NotFound(cli.UsageHint(cmd), "%s: no such file or folder", arg)
		}
	}
	if len(targets.Projects)+len(targets.Definitions) == 0 && targets.Input == nil {
		return targets, cli.NotFound("Definitions are files named *.yaml, *.yml or *.json.", "nothing to check in %s", strings.Join(args, ", "))
	}
	return targets, nil
}

// projectRoot is the folder of the project that the working folder belongs to. Whether its orkesctl.yaml can be read is a finding,
// not a failure.
func projectRoot(deps *cli.Deps, cmd *cobra.Command) (string, error) {
	root := project.Root(deps.Dir)
	if root == "" {
		return "", cli.Usage(cli.UsageHint(cmd), "nothing to check: name a file or a folder, or go to a project (a folder with an %s)", project.FileName)
	}
	return root, nil
}

func show(deps *cli.Deps, report lint.Report) error {
	printer := deps.Printer()
	if printer.Format.Structured() {
		return printer.Format.Document(printer.Term, report)
	}
	if printer.Format.Output == "name" {
		view := render.View[lint.Finding]{Kind: "finding", Name: func(f lint.Finding) string { return f.ID }}
		return render.List(printer, view, report.Findings)
	}
	rows := make([][]any, 0, len(report.Findings))
	for _, f := range report.Findings {
		rows = append(rows, []any{place(f), render.State(f.Level), f.ID, sentence(f)})
	}
	return printer.Facts(rows)
}

// sarifOf is the report as code scanners read it; an info is a note there.
func sarifOf(report lint.Report, version string) sarif.Log {
	levels := map[lint.Level]string{lint.Error: "error", lint.Warning: "warning", lint.Info: "note"}
	var rules []sarif.Rule
	for _, rule := range lint.Rules() {
		rules = append(rules, sarif.Rule{ID: rule.ID, Level: levels[rule.Level], Short: rule.Title})
	}
	var findings []sarif.Finding
	for _, f := range report.Findings {
		findings = append(findings, sarif.Finding{RuleID: f.ID, Level: levels[f.Level], Message: sentence(f), File: f.File, Line: f.Line, Column: f.Column})
	}
	return sarif.New("orkesctl lint", version, rules, findings)
}

// place is where a finding is, as editors read it.
func place(f lint.Finding) string {
	switch {
	case f.Line == 0:
		return f.File
	case f.Column == 0:
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
}

func sentence(f lint.Finding) string {
	text := f.Message
	if f.Subject != "" {
		text = f.Subject + ": " + text
	}
	if f.Fix != "" {
		text += ". " + f.Fix
	}
	return text
}

func summary(s lint.Summary) string {
	var found []string
	for _, part := range []struct {
		n    int
		noun string
	}{{s.Errors, "error"}, {s.Warnings, "warning"}, {s.Infos, "info"}} {
		if part.n > 0 {
			found = append(found, render.Count(part.n, part.noun))
		}
	}
	if len(found) == 0 {
		found = []string{"nothing found"}
	}
	return strings.Join(found, ", ") + " in " + render.Count(s.Files, "file")
}
