package doctor

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// SARIF is a report in the form that code scanners exchange: SARIF 2.1.0 of OASIS. Only findings are in it; what is not known is a note.
type SARIF struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool    sarifTool     `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string       `json:"id"`
	Short   sarifText    `json:"shortDescription"`
	Full    sarifText    `json:"fullDescription"`
	Help    sarifText    `json:"help"`
	Default sarifDefault `json:"defaultConfiguration"`
}

type sarifDefault struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

// sarifLevel is what SARIF calls a state; empty where it is no finding.
func sarifLevel(state State) string {
	return map[State]string{Failed: "error", Warning: "warning", Unknown: "note"}[state]
}

// SARIF returns the report in that form. A finding that is in no file stands at the project's own, whose path is given; empty is
// nowhere.
func (r Report) SARIF(version, projectFile string) SARIF {
	driver := sarifDriver{Name: "orkesctl doctor", Version: version, InformationURI: "https://github.com/orkesctl/orkesctl"}
	index := map[string]int{}
	for i, check := range Checks() {
		index[check.ID] = i
		driver.Rules = append(driver.Rules, sarifRule{
			ID: check.ID, Short: sarifText{string(check.Category) + ": " + check.Title}, Full: sarifText{check.Cause}, Help: sarifText{check.Fix},
			Default: sarifDefault{sarifLevel(check.Worst)},
		})
	}
	results := []sarifResult{}
	for _, result := range r.Checks {
		level := sarifLevel(result.State)
		if level == "" {
			continue
		}
		parts := slices.DeleteFunc([]string{result.Label, result.Evidence, result.Because, result.Fix}, func(part string) bool { return part == "" })
		results = append(results, sarifResult{
			RuleID: result.ID, RuleIndex: index[result.ID], Level: level, Message: sarifText{strings.Join(parts, "\n")}, Locations: sarifLocations(result, projectFile),
		})
	}
	return SARIF{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []sarifRun{{Tool: sarifTool{driver}, Results: results}},
	}
}

func sarifLocations(r Result, projectFile string) []sarifLocation {
	file, line := r.File, r.Line
	if file == "" {
		file, line = projectFile, 1
	}
	if file == "" {
		return nil
	}
	at := sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Path: filepath.ToSlash(file)}).String()}}
	if line > 0 {
		at.Region = &sarifRegion{StartLine: line}
	}
	return []sarifLocation{{at}}
}
