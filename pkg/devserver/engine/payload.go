package engine

import (
	"encoding/json"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Fill returns a value with its ${…} expressions resolved over a payload, as in the actions of an event handler: ${$} is all of it.
func Fill(value any, payload map[string]any) any {
	if payload == nil {
		payload = map[string]any{}
	}
	return compile(value).resolve(&scope{input: payload})
}

// Matches reports whether each JsonPath means in the payload the value that is given for it. What is not there is null.
func Matches(wanted map[string]any, payload map[string]any) bool {
	for path, value := range wanted {
		parsed, err := parsePath(strings.TrimSpace(path))
		if err != nil {
			return false
		}
		if found, there := evalPath(parsed, payload); !there && value != nil || !sameValue(found, value) {
			return false
		}
	}
	return true
}

// Expand is a payload whose texts that are JSON objects or lists are those, at every depth.
func Expand(value any) any {
	switch v := value.(type) {
	case map[string]any:
		expanded := make(map[string]any, len(v))
		for key, item := range v {
			expanded[key] = Expand(item)
		}
		return expanded
	case []any:
		expanded := make([]any, 0, len(v))
		for _, item := range v {
			expanded = append(expanded, Expand(item))
		}
		return expanded
	case string:
		var inner any
		if text := strings.TrimSpace(v); (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")) && conductor.Decode([]byte(text), &inner) == nil {
			return Expand(inner)
		}
	}
	return value
}

// Judge evaluates a condition over a payload, which is $ there. An evaluator that is unknown counts as JavaScript, as on the real server.
func (e *Engine) Judge(evaluator, condition string, payload any) (bool, error) {
	if evaluator == evaluatorValue {
		fields, _ := payload.(map[string]any)
		return holds(fields[condition]), nil
	}
	value, err := e.scripts.eval(condition, map[string]any{"$": payload})
	return err == nil && holds(value), err
}

// holds is what the value of a condition means: a number is true above zero, and so is the text "true".
func holds(value any) bool {
	if number, isNumber := value.(json.Number); isNumber {
		f, err := number.Float64()
		return err == nil && f > 0
	}
	return truth(value)
}

// Text is a value as it stands in a longer text: {a=1, b=x}, [1, 2].
func Text(value any) string { return javaText(value) }
