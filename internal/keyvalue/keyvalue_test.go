package keyvalue_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestInput(t *testing.T) {
	for _, tc := range []struct {
		argument, name string
		value          any
	}{
		{"n=42", "n", json.Number("42")},
		{"n=10000000000000000001", "n", json.Number("10000000000000000001")},
		{"price=1.10", "price", json.Number("1.10")},
		{"id=x7", "id", "x7"},
		{`id="42"`, "id", "42"},
		{"zip=007", "zip", "007"},
		{"yes=true", "yes", true},
		{"none=null", "none", nil},
		{"empty=", "empty", ""},
		{`list=[1,"a"]`, "list", []any{json.Number("1"), "a"}},
		{`o={"a":{"b":1}}`, "o", map[string]any{"a": map[string]any{"b": json.Number("1")}}},
		{"open={", "open", "{"},
		{"two=1 2", "two", "1 2"},
		{"eq=a=b", "eq", "a=b"},
		{"x=${workflow.input.x}", "x", "${workflow.input.x}"},
		{" spaced =v", "spaced", "v"},
	} {
		t.Run(tc.argument, func(t *testing.T) {
			name, value, err := keyvalue.Input(tc.argument)
			require.NoError(t, err)
			require.Equal(t, tc.name, name)
			require.Equal(t, tc.value, value)
		})
	}
}

func TestInputsRefuseWhatIsNoPair(t *testing.T) {
	for _, argument := range []string{"", "name", "=value", "  =value"} {
		_, err := keyvalue.Inputs([]string{"a=1", argument})
		require.ErrorContains(t, err, "want name=value", argument)
	}
}

func TestInputsLastCounts(t *testing.T) {
	inputs, err := keyvalue.Inputs([]string{"a=1", "b=x", "a=2"})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": json.Number("2"), "b": "x"}, inputs)
	inputs, err = keyvalue.Inputs(nil)
	require.NoError(t, err)
	require.NotNil(t, inputs)
	require.Empty(t, inputs)
}

func TestPairs(t *testing.T) {
	pairs, err := keyvalue.Pairs([]string{"get-inventory=john", "*=mary,bob"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"get-inventory": "john", "*": "mary,bob"}, pairs)
	_, err = keyvalue.Pairs([]string{"get-inventory="})
	require.ErrorContains(t, err, "empty")
	_, err = keyvalue.Pairs([]string{"john"})
	require.ErrorContains(t, err, "name=value")
}

func FuzzInput(f *testing.F) {
	for _, seed := range []string{"a=1", `a={"b":[1,2]}`, "a=", "=", "a=\x00", `a="x`, "a=1e999", "é=☃"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, argument string) {
		name, value, err := keyvalue.Input(argument)
		if err != nil {
			return
		}
		require.NotEmpty(t, name)
		_, text, found := strings.Cut(argument, "=")
		require.True(t, found)
		if plain, ok := value.(string); ok && plain == text {
			return
		}
		var again any // whatever is not the text itself is the JSON that it spells
		require.NoError(t, conductor.Decode([]byte(text), &again))
		_, err = json.Marshal(value)
		require.NoError(t, err)
	})
}
