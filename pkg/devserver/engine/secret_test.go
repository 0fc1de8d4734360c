package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSecretsAndVariablesOfTheServer(t *testing.T) {
	kept := newRecording()
	named := func(values map[string]string) func(string) (string, bool) {
		return func(name string) (string, bool) {
			value, ok := values[name]
			return value, ok
		}
	}
	r := newRig(t, on(kept, 0), func(o *Options) {
		o.Secret = named(map[string]string{"token": "s3cret", "other": "hidden"})
		o.Environment = named(map[string]string{"region": "eu"})
	})
	task := simple("a", "a")
	task.InputParameters = map[string]any{
		"header": "Bearer ${workflow.secrets.token}", "whole": "${workflow.secrets.token}", "missing": "${workflow.secrets.nobody}",
		"region": "${workflow.env.region}", "none": "${workflow.env.nobody}", "all": "${workflow.env}", "data": "${workflow.input.data}",
		"deep": []any{map[string]any{"k": "${workflow.secrets.token}/${workflow.input.data}"}, "plain"},
	}
	r.flow("flow", nil, task)
	id := r.start("flow", map[string]any{"data": "${workflow.secrets.other}"})
	require.Equal(t, map[string]any{
		"header": "Bearer s3cret", "whole": "s3cret", "missing": "${workflow.secrets.nobody}", "region": "eu", "none": nil,
		"all": map[string]any{}, "data": "${workflow.secrets.other}",
		"deep": []any{map[string]any{"k": "s3cret/${workflow.secrets.other}"}, "plain"},
	}, r.must("a").InputData, "data that looks like a secret's name stays data")
	require.Equal(t, "${workflow.secrets.token}", r.workflow(id).Tasks[0].InputData["whole"], "an execution never has them")
	for _, records := range kept.data {
		for _, data := range records {
			require.NotContains(t, string(data), "s3cret")
		}
	}
}
