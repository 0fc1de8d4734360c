package main

import (
	"fmt"
	"strings"
)

// scenario is a named script: what is said to a server, step by step.
type scenario struct {
	area, name string
	steps      []step
}

func (s *scenario) String() string { return s.area + "/" + s.name }

// step is one line of a scenario, with what the lines below it say about it.
type step struct {
	line       int // in its file, of the last line that belongs to it
	verb, rest string
	headers    []string // "Name: value", of a call
	filter     string   // jq, of a call's answer
	name       string   // the answer is $name from then on
	because    string   // the key of the reason why the embedded server differs
	own        []string // what that answers in place of the real one's answer
	differs    bool
}

func (s *step) text() string {
	parts := append([]string{strings.TrimSpace(s.verb + " " + s.rest)}, s.headers...)
	text := strings.Join(parts, " + ")
	if s.filter != "" {
		text += " | " + s.filter
	}
	return text
}

// parseScript reads the scenarios of one area.
func parseScript(area, text string) ([]*scenario, error) {
	var all []*scenario
	seen := map[string]bool{}
	for number, line := range strings.Split(text, "\n") {
		number++
		name, begins := strings.CutPrefix(line, "== ")
		switch {
		case begins && seen[name]:
			return nil, fmt.Errorf("%s.txt:%d: a second scenario called %q", area, number, name)
		case begins:
			seen[name] = true
			all = append(all, &scenario{area: area, name: name})
		case strings.TrimSpace(line) == "" || line[0] == '#':
		case len(all) == 0:
			return nil, fmt.Errorf("%s.txt:%d: a scenario begins with == and its name", area, number)
		default:
			if err := all[len(all)-1].add(number, line); err != nil {
				return nil, fmt.Errorf("%s.txt:%d: %w", area, number, err)
			}
		}
	}
	return all, nil
}

// add takes one line into the scenario: a step, or what belongs to the step above.
func (s *scenario) add(number int, line string) error {
	mark, rest := line[0], strings.TrimSpace(line[1:])
	if !strings.ContainsRune(" \t|=+~", rune(mark)) && !strings.HasPrefix(line, "because ") {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, known := verbs()[verb]; !known {
			return fmt.Errorf("unknown verb %q", verb)
		}
		s.steps = append(s.steps, step{line: number, verb: verb, rest: strings.TrimSpace(rest)})
		return nil
	}
	if len(s.steps) == 0 {
		return fmt.Errorf("%q belongs to no step", line)
	}
	last := &s.steps[len(s.steps)-1]
	last.line = number
	switch mark {
	case '|':
		last.filter = rest
	case '=':
		last.name = rest
	case '+':
		last.headers = append(last.headers, rest)
	case '~':
		last.differs = true
		if rest != "" {
			last.own = append(last.own, rest)
		}
	case 'b':
		last.because = strings.TrimSpace(strings.TrimPrefix(line, "because "))
	default:
		last.rest = strings.TrimSpace(last.rest + " " + rest)
	}
	return nil
}

// parseReasons reads why the embedded server differs: a key and a text on each line.
func parseReasons(text string) (map[string]string, error) {
	reasons := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, reason, found := strings.Cut(line, ": ")
		if !found || reasons[key] != "" {
			return nil, fmt.Errorf("reasons.txt: %q is no new `key: reason`", line)
		}
		reasons[key] = reason
	}
	return reasons, nil
}
