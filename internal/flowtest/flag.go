package flowtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// ParseMocks reads outcomes from a command line: REF=OUTPUT with a JSON object, REF=@FILE with a file that holds one, REF=STATUS or
// REF=STATUS:REASON. Of several for one reference each is an attempt; one alone is that of every attempt.
func ParseMocks(arguments []string, read func(path string) ([]byte, error)) (Mocks, error) {
	mocks := Mocks{Outcomes: map[string][]conductor.TaskMock{}}
	for _, argument := range arguments {
		ref, text, err := keyvalue.Pair(argument)
		if err != nil {
			return mocks, err
		}
		mock, err := parseMock(text, read)
		if err != nil {
			return mocks, fmt.Errorf("%s: %w", ref, err)
		}
		mocks.Outcomes[ref] = append(mocks.Outcomes[ref], mock)
	}
	for _, outcomes := range mocks.Outcomes {
		outcomes[0].Repeat = len(outcomes) == 1
	}
	return mocks, nil
}

func parseMock(text string, read func(path string) ([]byte, error)) (conductor.TaskMock, error) {
	mock := conductor.TaskMock{Status: conductor.TaskCompleted}
	if status, reason, _ := strings.Cut(text, ":"); slices.Contains(outcomeStatuses(), status) {
		mock.Status, mock.ReasonForIncompletion = status, strings.TrimSpace(reason)
		return mock, nil
	}
	data := []byte(text)
	if path, isFile := strings.CutPrefix(text, "@"); isFile {
		var err error
		if data, err = read(path); err != nil {
			return mock, err
		}
		if data, err = manifest.ToJSON(data); err != nil {
			return mock, fmt.Errorf("%s: %w", path, err)
		}
	}
	if conductor.Decode(data, &mock.Output) != nil || mock.Output == nil {
		return mock, fmt.Errorf("%q is neither an output (a JSON object, or @FILE with one) nor one of %s", text, strings.Join(outcomeStatuses(), ", "))
	}
	return mock, nil
}

// With is the suite with inputs and outcomes laid over those of its cases, and what to call them where they have no file.
func (s Suite) With(input map[string]any, mocks Mocks) Suite {
	s.Cases = slices.Clone(s.Cases)
	for i := range s.Cases {
		c := &s.Cases[i]
		merged := map[string]any{}
		maps.Copy(merged, c.Input)
		maps.Copy(merged, input)
		c.Input, c.Mocks = merged, c.Mocks.over(mocks)
	}
	return s
}

// Of is a suite of one case, that a workflow of a server completes.
func Of(name string, version int) Suite {
	return Suite{Name: name, Version: version, Cases: []Case{{Name: name, Expect: Expect{Status: conductor.WorkflowCompleted}}}}
}
