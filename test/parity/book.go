package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// book is all there is in the folder: the scenarios, the reasons for differences, and what the real server answered.
type book struct {
	dir        string
	scenarios  []*scenario
	reasons    map[string]string
	recordings map[string]*recording // by area
}

// recording is what the real server answered to the scenarios of one area.
type recording struct {
	Conductor string              `json:"conductor"` // its version
	Scenarios map[string][]answer `json:"scenarios"`
}

// filter chooses scenarios.
type filter struct{ area, name *regexp.Regexp }

func readBook(dir string) (*book, error) {
	b := &book{dir: dir, recordings: map[string]*recording{}}
	reasons, err := os.ReadFile(filepath.Join(dir, "scenario", "reasons.txt")) //nolint:gosec // a file of the repository
	if err != nil {
		return nil, fmt.Errorf("read the reasons: %w (run it in the repository's folder)", err)
	}
	if b.reasons, err = parseReasons(string(reasons)); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "scenario", "*.txt"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if area := strings.TrimSuffix(filepath.Base(file), ".txt"); area != "reasons" {
			if err := b.readArea(area); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

func (b *book) readArea(area string) error {
	text, err := os.ReadFile(b.script(area))
	if err != nil {
		return err
	}
	scenarios, err := parseScript(area, string(text))
	if err != nil {
		return err
	}
	b.scenarios = append(b.scenarios, scenarios...)
	rec := &recording{Scenarios: map[string][]answer{}}
	b.recordings[area] = rec
	data, err := os.ReadFile(b.recording(area))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, rec); err != nil {
		return fmt.Errorf("%s: %w", b.recording(area), err)
	}
	return nil
}

func (b *book) script(area string) string { return filepath.Join(b.dir, "scenario", area+".txt") }

func (b *book) recording(area string) string { return filepath.Join(b.dir, "recorded", area+".json") }

// explained tells the first difference without a reason, and the first reason without a difference.
func (b *book) explained() error {
	used := map[string]bool{}
	for _, s := range b.scenarios {
		for _, step := range s.steps {
			if step.because != "" {
				used[step.because] = true
			}
			if step.differs && b.reasons[step.because] == "" || !step.differs && step.because != "" {
				return fmt.Errorf("%s, line %d: a difference needs `because KEY`, one of reasons.txt, and ~ lines", s, step.line)
			}
		}
	}
	for key := range b.reasons {
		if !used[key] {
			return fmt.Errorf("reasons.txt: nothing differs because of %q any more: delete the line", key)
		}
	}
	return nil
}

// choose returns the scenarios that a filter lets through.
func (b *book) choose(only filter) []*scenario {
	return slices.DeleteFunc(slices.Clone(b.scenarios), func(s *scenario) bool {
		return !only.area.MatchString(s.area) || !only.name.MatchString(s.name)
	})
}

// recorded are the answers that the real server gave when it was recorded.
func (b *book) recorded() source { return source{tries: 1, answers: b.answers} }

func (b *book) answers(_ context.Context, s *scenario) ([]answer, error) {
	answers, found := b.recordings[s.area].Scenarios[s.name]
	if !found {
		return nil, fmt.Errorf("%s was never recorded: go run ./test/parity -record -area '^%s$' -run '^%s$'", s, s.area, regexp.QuoteMeta(s.name))
	}
	return answers, nil
}

// keep takes new answers into the recording.
func (b *book) keep(s *scenario, version string, answers []answer) {
	rec := b.recordings[s.area]
	rec.Conductor = version
	rec.Scenarios[s.name] = append([]answer{}, answers...)
}

// write writes the recordings, without scenarios that are no more.
func (b *book) write() error {
	known := map[string]bool{}
	for _, s := range b.scenarios {
		known[s.String()] = true
	}
	for area, rec := range b.recordings {
		for name := range rec.Scenarios {
			if !known[area+"/"+name] {
				delete(rec.Scenarios, name)
			}
		}
		if len(rec.Scenarios) == 0 {
			continue
		}
		var text strings.Builder
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(rec); err != nil {
			return err
		}
		if err := os.WriteFile(b.recording(area), []byte(text.String()), 0o644); err != nil { //nolint:gosec // it is a part of the repository
			return err
		}
	}
	return nil
}

// note writes into the scripts what the embedded server answers where that is something else, and takes out what is so no longer.
func (b *book) note(results []result) error {
	byArea := map[string]map[int]*difference{}
	for i := range results {
		r := &results[i]
		for j := range r.differences {
			if byArea[r.scenario.area] == nil {
				byArea[r.scenario.area] = map[int]*difference{}
			}
			byArea[r.scenario.area][r.differences[j].step.line] = &r.differences[j]
		}
	}
	for area, at := range byArea {
		text, err := os.ReadFile(b.script(area))
		if err != nil {
			return err
		}
		if err := os.WriteFile(b.script(area), []byte(noted(string(text), at)), 0o644); err != nil { //nolint:gosec // it is a part of the repository
			return err
		}
	}
	return nil
}

// noted is a script with the differences that are given by the last lines of their steps.
func noted(text string, at map[int]*difference) string {
	var out, step []string // the step's own lines are held back until it ends
	for number, line := range strings.Split(text, "\n") {
		step = append(step, line)
		found, differs := at[number+1]
		if !differs {
			if line == "" || !strings.ContainsRune("~b", rune(line[0])) {
				out, step = append(out, step...), nil
			}
			continue
		}
		step = slices.DeleteFunc(step, func(line string) bool {
			return strings.HasPrefix(line, "~") || found.stale && strings.HasPrefix(line, "because ")
		})
		out, step = append(out, step...), nil
		if found.stale {
			continue
		}
		if found.step.because == "" {
			out = append(out, "because ?")
		}
		for _, answer := range append(slices.Clone(found.got), "")[:max(len(found.got), 1)] {
			out = append(out, strings.TrimRight("~ "+answer, " "))
		}
	}
	return strings.Join(append(out, step...), "\n")
}
