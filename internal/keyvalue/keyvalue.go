// Package keyvalue reads the k=v arguments of flags.
package keyvalue

import (
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Input reads "name=value": the value is JSON where it parses as JSON, else text. Numbers keep their digits (json.Number).
func Input(argument string) (name string, value any, err error) {
	name, text, err := Pair(argument)
	if err != nil {
		return "", nil, err
	}
	if conductor.Decode([]byte(text), &value) != nil {
		return name, text, nil //nolint:nilerr // what is not JSON is text
	}
	return name, value, nil
}

// Inputs reads several of them into a map; of two with one name, the last counts.
func Inputs(arguments []string) (map[string]any, error) {
	inputs := make(map[string]any, len(arguments))
	for _, argument := range arguments {
		name, value, err := Input(argument)
		if err != nil {
			return nil, err
		}
		inputs[name] = value
	}
	return inputs, nil
}

// Pair cuts "name=value" at the first equals sign. The name must not be empty; the value may be.
func Pair(argument string) (name, value string, err error) {
	name, value, found := strings.Cut(argument, "=")
	if name = strings.TrimSpace(name); !found || name == "" {
		return "", "", fmt.Errorf("%q: want name=value", argument)
	}
	return name, value, nil
}

// Pairs reads several of them into a map of texts; no value may be empty.
func Pairs(arguments []string) (map[string]string, error) {
	pairs := make(map[string]string, len(arguments))
	for _, argument := range arguments {
		name, value, err := Pair(argument)
		if err != nil {
			return nil, err
		}
		if value == "" {
			return nil, fmt.Errorf("%q: the value is empty", argument)
		}
		pairs[name] = value
	}
	return pairs, nil
}
