// Package sarif writes findings in the form that code scanners exchange: SARIF 2.1.0 of OASIS.
package sarif

import (
	"net/url"
	"path/filepath"
)

// Log is what one run of a tool found.
type Log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool    tool     `json:"tool"`
	Results []result `json:"results"`
}

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name           string `json:"name"`
	Version        string `json:"version,omitempty"`
	InformationURI string `json:"informationUri"`
	Rules          []rule `json:"rules"`
}

type rule struct {
	ID      string        `json:"id"`
	Short   text          `json:"shortDescription"`
	Full    *text         `json:"fullDescription,omitempty"`
	Help    *text         `json:"help,omitempty"`
	Default configuration `json:"defaultConfiguration"`
}

type configuration struct {
	Level string `json:"level"`
}

type text struct {
	Text string `json:"text"`
}

type result struct {
	RuleID    string     `json:"ruleId"`
	RuleIndex int        `json:"ruleIndex"`
	Level     string     `json:"level"`
	Message   text       `json:"message"`
	Locations []location `json:"locations,omitempty"`
}

type location struct {
	Physical physical `json:"physicalLocation"`
}

type physical struct {
	Artifact artifact `json:"artifactLocation"`
	Region   *region  `json:"region,omitempty"`
}

type artifact struct {
	URI string `json:"uri"`
}

type region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
}

// Rule is one thing that the tool looks for. Level is error, warning or note; Full and Help may be empty.
type Rule struct{ ID, Level, Short, Full, Help string }

// Finding is one thing found. Level is error, warning or note. File is empty where it is nowhere; Line and Column count from 1, zero
// where the whole file is meant.
type Finding struct {
	RuleID, Level, Message string
	File                   string
	Line, Column           int
}

// New is the log of a tool with this name and version.
func New(name, version string, rules []Rule, findings []Finding) Log {
	d := driver{Name: name, Version: version, InformationURI: "https://github.com/orkesctl/orkesctl", Rules: []rule{}}
	index := map[string]int{}
	for i, r := range rules {
		index[r.ID] = i
		d.Rules = append(d.Rules, rule{ID: r.ID, Short: text{r.Short}, Full: optional(r.Full), Help: optional(r.Help), Default: configuration{r.Level}})
	}
	results := []result{}
	for _, f := range findings {
		results = append(results, result{
			RuleID: f.RuleID, RuleIndex: index[f.RuleID], Level: f.Level, Message: text{f.Message}, Locations: locations(f),
		})
	}
	return Log{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []run{{Tool: tool{d}, Results: results}},
	}
}

func optional(words string) *text {
	if words == "" {
		return nil
	}
	return &text{words}
}

func locations(f Finding) []location {
	if f.File == "" {
		return nil
	}
	at := physical{Artifact: artifact{URI: (&url.URL{Path: filepath.ToSlash(f.File)}).String()}}
	if f.Line > 0 {
		at.Region = &region{StartLine: f.Line, StartColumn: f.Column}
	}
	return []location{{at}}
}
