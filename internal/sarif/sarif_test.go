package sarif_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/sarif"
)

func TestNew(t *testing.T) {
	log := sarif.New("tool", "1.2.3", []sarif.Rule{
		{ID: "A", Level: "error", Short: "a", Full: "all of a", Help: "mend a"}, {ID: "B", Level: "note", Short: "b"},
	}, []sarif.Finding{
		{RuleID: "B", Level: "note", Message: "here", File: filepath.Join("a b", "c.yaml"), Line: 3, Column: 5},
		{RuleID: "A", Level: "error", Message: "the whole file", File: "c.yaml"},
		{RuleID: "A", Level: "error", Message: "nowhere", Line: 1},
	})
	data, err := json.Marshal(log)
	require.NoError(t, err)
	require.JSONEq(t, `{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json","version":"2.1.0",
		"runs":[{"tool":{"driver":{"name":"tool","version":"1.2.3","informationUri":"https://github.com/orkesctl/orkesctl","rules":[
			{"id":"A","shortDescription":{"text":"a"},"fullDescription":{"text":"all of a"},"help":{"text":"mend a"},"defaultConfiguration":{"level":"error"}},
			{"id":"B","shortDescription":{"text":"b"},"defaultConfiguration":{"level":"note"}}]}},
		"results":[
			{"ruleId":"B","ruleIndex":1,"level":"note","message":{"text":"here"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a%20b/c.yaml"},"region":{"startLine":3,"startColumn":5}}}]},
			{"ruleId":"A","ruleIndex":0,"level":"error","message":{"text":"the whole file"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"c.yaml"}}}]},
			{"ruleId":"A","ruleIndex":0,"level":"error","message":{"text":"nowhere"}}]}]}`, string(data))
	data, err = json.Marshal(sarif.New("", "", nil, nil))
	require.NoError(t, err)
	require.Contains(t, string(data), `"rules":[]`)
	require.Contains(t, string(data), `"results":[]`, "a scanner wants the list")
}
