package api

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each operation of Orkes' document is served, or answers 501 with its route: none is an unknown address.
func TestEveryRouteOfTheDocumentIsKnown(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "spec", "orkes-openapi.json"))
	if err != nil {
		t.Skip("no ../shared/spec/orkes-openapi.json beside this clone")
	}
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(data, &document))
	require.NotEmpty(t, document.Paths)
	f := newFixture(t)
	methods := []string{"get", "post", "put", "delete"}
	var unknown []string
	for path, operations := range document.Paths {
		for method := range operations {
			if slices.Contains(methods, method) && f.api.router.find(strings.ToUpper(method), split(path)) == nil {
				unknown = append(unknown, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(unknown)
	require.Empty(t, unknown)
}
