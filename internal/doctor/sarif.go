package doctor

import (
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/sarif"
)

// sarifLevel is what SARIF calls a state; empty where it is no finding.
func sarifLevel(state State) string {
	return map[State]string{Failed: "error", Warning: "warning", Unknown: "note"}[state]
}

// SARIF returns the report in the form of code scanners. Only findings are in it; what is not known is a note. A finding that is in no
// file stands at the project's own, whose path is given; empty is nowhere.
func (r Report) SARIF(version, projectFile string) sarif.Log {
	var rules []sarif.Rule
	for _, check := range Checks() {
		rules = append(rules, sarif.Rule{
			ID: check.ID, Level: sarifLevel(check.Worst), Short: string(check.Category) + ": " + check.Title, Full: check.Cause, Help: check.Fix,
		})
	}
	var findings []sarif.Finding
	for _, result := range r.Checks {
		level := sarifLevel(result.State)
		if level == "" {
			continue
		}
		parts := slices.DeleteFunc([]string{result.Label, result.Evidence, result.Because, result.Fix}, func(part string) bool { return part == "" })
		finding := sarif.Finding{RuleID: result.ID, Level: level, Message: strings.Join(parts, "\n"), File: result.File, Line: result.Line}
		if finding.File == "" {
			finding.File, finding.Line = projectFile, 1
		}
		findings = append(findings, finding)
	}
	return sarif.New("orkesctl doctor", version, rules, findings)
}
