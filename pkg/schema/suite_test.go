package schema_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/schema"
)

// suiteGroup is a schema of the official test suite (github.com/json-schema-org/JSON-Schema-Test-Suite, MIT) with the values that are
// tried on it. testdata/suite.json.gz holds its mandatory tests, by draft and file.
type suiteGroup struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

func readSuite(t *testing.T) map[string]map[string][]suiteGroup {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "suite.json.gz"))
	require.NoError(t, err)
	defer file.Close()
	packed, err := gzip.NewReader(file)
	require.NoError(t, err)
	data, err := io.ReadAll(packed)
	require.NoError(t, err)
	var suite map[string]map[string][]suiteGroup
	require.NoError(t, json.Unmarshal(data, &suite))
	return suite
}

// elsewhere are the tests that want what this package does not have (see its comment), by draft, file and a part of the description.
func elsewhere() map[string][]string {
	return map[string][]string{
		"draft2020-12/dynamicRef": { // a $dynamicRef leads to one place, whatever led to it
			"An array containing non-strings is invalid", "The recursive part is not valid", "number list with string values", "string list with number values",
			"but the $dynamicRef does not stop here", "/then/$defs/thingy is the final stop",
		},
		"draft2020-12/unevaluatedItems":      {"unevaluatedItems with $dynamicRef"},
		"draft2020-12/unevaluatedProperties": {"unevaluatedProperties with $dynamicRef"},
		"draft2020-12/vocabulary":            {"invalid number, but it still validates"}, // a metaschema of one's own
		"draft4/ref":                         {"Location-independent identifier"},        // "id", which draft 6 renamed
	}
}

// drafted is a schema of the suite that says of which draft it is.
func drafted(t *testing.T, draft string, data []byte) any {
	t.Helper()
	document := decode(t, data)
	object, _ := document.(map[string]any)
	if version := map[string]string{"draft4": "draft-04", "draft7": "draft-07"}[draft]; object != nil && version != "" {
		object["$schema"] = "http://json-schema.org/" + version + "/schema#"
	}
	return document
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	var value any
	require.NoError(t, conductor.Decode(data, &value))
	return value
}

// The official suite: what is valid has no problems, and what is not has some. Left out is what leads to another document.
func TestSuite(t *testing.T) {
	tried := 0
	for draft, files := range readSuite(t) {
		for file, groups := range files {
			for _, group := range groups {
				name := draft + "/" + file + "/" + group.Description
				t.Run(name, func(t *testing.T) {
					compiled, err := schema.Compile(drafted(t, draft, group.Schema))
					if err != nil && strings.Contains(err.Error(), "is nowhere in the document") {
						require.Regexp(t, `"https?://|"urn:|Location-independent`, string(group.Schema)+group.Description, "%v", err)
						t.Skip("another document")
					}
					require.NoError(t, err)
					for _, test := range group.Tests {
						if slices.ContainsFunc(elsewhere()[draft+"/"+file], func(part string) bool { return strings.Contains(group.Description+": "+test.Description, part) }) {
							continue
						}
						problems := compiled.Check(decode(t, test.Data))
						require.Equal(t, test.Valid, len(problems) == 0, "%s: %s on %s: %v", test.Description, test.Data, group.Schema, problems)
						tried++
					}
				})
			}
		}
	}
	t.Log("tests of the suite: ", tried)
	require.Greater(t, tried, 2500)
}
