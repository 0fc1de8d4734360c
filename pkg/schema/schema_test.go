package schema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/schema"
)

func compile(t *testing.T, text string) *schema.Schema {
	t.Helper()
	compiled, err := schema.Compile(decode(t, []byte(text)))
	require.NoError(t, err, text)
	return compiled
}

func problems(t *testing.T, schemaText, value string) string {
	t.Helper()
	var lines []string
	for _, p := range compile(t, schemaText).Check(decode(t, []byte(value))) {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "; ")
}

func TestProblemsNameThePlace(t *testing.T) {
	for _, tc := range []struct{ schema, value, want string }{
		{`{"type":"object","required":["productId","b c"]}`, `{}`, `$.productId: is missing but it is required; $["b c"]: is missing but it is required`},
		{`{"properties":{"n":{"type":"integer"}}}`, `{"n":"x"}`, `$.n: string found, integer expected`},
		{`{"properties":{"n":{"type":["integer","null"]}}}`, `{"n":1.5}`, `$.n: number found, integer or null expected`},
		{`{"items":{"properties":{"p":{"minimum":0,"multipleOf":0.01}}}}`, `[{"p":1},{"p":-1.001}]`, `$[1].p: -1.001 is past the minimum of 0; $[1].p: -1.001 is no multiple of 0.01`},
		{`{"additionalProperties":false}`, `{"x":1}`, `$.x: is not defined in the schema and the schema does not allow additional properties`},
		{`{"enum":["a","b"]}`, `"c"`, `$: "c" is none of ["a","b"]`},
		{`{"const":{"a":1}}`, `{"a":2}`, `$: {"a":2} found, {"a":1} expected`},
		{`{"minLength":2,"pattern":"^x"}`, `"é"`, `$: has 1 characters, at least 2 expected; $: does not match the pattern ^x`},
		{`{"maxItems":1,"uniqueItems":true}`, `[1,1.0]`, `$: has 2 items, at most 1 expected; $[1]: is there twice, and the items must be unique`},
		{`{"contains":{"const":1},"minContains":2}`, `[1]`, `$: has 1 items that fit (contains), at least 2 expected`},
		{`{"contains":true,"maxContains":1}`, `[1,2]`, `$: has 2 items that fit (contains), at most 1 expected`},
		{`{"anyOf":[{"type":"string"},{"required":["a","b"],"type":"object"}]}`, `{}`, `$: object found, string expected`},
		{`{"oneOf":[{"type":"integer"},{"minimum":2}]}`, `3`, `$: fits 2 of the schemas of which only one may (oneOf)`},
		{`{"not":{"type":"null"}}`, `null`, `$: is what the schema rules out (not)`},
		{`{"dependentRequired":{"card":["name"]}}`, `{"card":1}`, `$.name: is missing but it is required beside card`},
		{`{"exclusiveMinimum":2}`, `2`, `$: 2 is not within the exclusive minimum of 2`},
		{`{"maximum":2,"exclusiveMaximum":true}`, `2`, `$: 2 is past the maximum of 2`},
		{`false`, `1`, `$: is not allowed`},
		{`{"$ref":"#/$defs/n","$defs":{"n":{"type":"null"}}}`, `0`, `$: integer found, null expected`},
		{`{"pattern":"^\\d{2}\\/(?<part>a)$"}`, `"12/a"`, ``},
	} {
		require.Equal(t, tc.want, problems(t, tc.schema, tc.value), "%s on %s", tc.schema, tc.value)
	}
}

// A value as programs hold it, not only as JSON brings it.
func TestValuesOfPrograms(t *testing.T) {
	compiled := compile(t, `{"type":"object","properties":{"n":{"type":"integer","maximum":7}}}`)
	for _, n := range []any{7, int64(7), 7.0, json.Number("7"), json.Number("7.0"), json.Number("70e-1")} {
		require.Empty(t, compiled.Check(map[string]any{"n": n}), "%v", n)
	}
	require.Len(t, compiled.Check(map[string]any{"n": 8}), 1)
	require.Len(t, compiled.Check(map[string]any{"n": 6.5}), 1)
}

func TestSchemasThatAreWrong(t *testing.T) {
	for text, want := range map[string]string{
		`7`:                                     "#: integer where a schema belongs",
		`{"properties":{"a":1}}`:                "#/properties/a: integer where a schema belongs",
		`{"properties":[]}`:                     "#/properties: array where an object belongs",
		`{"type":"text"}`:                       "#/type: text is no type: it is one of [null boolean object array number string integer]",
		`{"items":{"type":["string",7]}}`:       "#/items/type: 7 is no type",
		`{"allOf":{}}`:                          "#/allOf: object where a list belongs",
		`{"minLength":"2"}`:                     "#/minLength: string where a number belongs",
		`{"pattern":7}`:                         "#/pattern: integer where a text belongs",
		`{"patternProperties":{"[":true}}`:      `#/patternProperties: "[" is no pattern that can be matched here`,
		`{"pattern":"(?=x)"}`:                   `#/pattern: "(?=x)" is no pattern that can be matched here`,
		`{"$ref":"#/$defs/nope"}`:               `#/$ref: "#/$defs/nope" is nowhere in the document`,
		`{"$ref":"https://elsewhere.invalid/"}`: `"https://elsewhere.invalid/" is nowhere in the document`,
		`{"required":"a"}`:                      "#/required: string where a list belongs",
		`{"$ref":"#/properties","properties":{"type":{"type":7}}}`: "#/properties/type/type: 7 is no type",
	} {
		_, err := schema.Compile(decode(t, []byte(text)))
		require.ErrorContains(t, err, want, text)
	}
}

// A schema that never comes to an end is refused, and one that takes too long is given up.
func TestHostileSchemas(t *testing.T) {
	for _, text := range []string{
		`{"$ref":"#"}`, `{"allOf":[{"$ref":"#"}]}`, `{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"}`,
		`{"if":{"$ref":"#"}}`, `{"dependentSchemas":{"a":{"$ref":"#"}}}`,
	} {
		_, err := schema.Compile(decode(t, []byte(text)))
		require.ErrorContains(t, err, "refers to itself without end", text)
	}
	require.Equal(t, `$.a.a: string found, object expected`, problems(t, `{"type":"object","properties":{"a":{"$ref":"#"}}}`, `{"a":{"a":"x"}}`))

	var bomb strings.Builder
	bomb.WriteString(`{"$ref":"#/$defs/a0","$defs":{"a40":{"type":"integer"}`)
	for i := range 40 {
		next := `{"$ref":"#/$defs/a` + json.Number(strings.TrimSpace(string(mustJSON(t, i+1)))).String() + `"}`
		bomb.WriteString(`,"a` + string(mustJSON(t, i)) + `":{"allOf":[` + next + `,` + next + `]}`)
	}
	bomb.WriteString(`}}`)
	require.Equal(t, "$: the schema needs more work than is done for one value", problems(t, bomb.String(), `1`))

	require.Contains(t, problems(t, `{"maximum":5}`, `1e999999999`), "past the maximum of 5")
	require.Empty(t, problems(t, `{"minimum":0}`, `1e-999999999`))
	many := problems(t, `{"items":{"type":"string"}}`, "["+strings.Repeat("1,", 99)+"1]")
	require.Equal(t, 9, strings.Count(many, ";"), "the first ten are enough")
	long := problems(t, `{"const":1}`, `"`+strings.Repeat("x", 5000)+`"`)
	require.Less(t, len(long), 300)
}

func mustJSON(t *testing.T, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	return data
}

// Whatever the schema and the value, there is an answer.
func FuzzCheck(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"$ref":"#"}},"unevaluatedProperties":false}`, `{"a":{"b":1}}`)
	f.Add(`{"oneOf":[{"items":[true,{"minimum":1}],"additionalItems":false},{"pattern":"a+"}]}`, `[1,0,2]`)
	f.Add(`{"$id":"http://x/y","$defs":{"z":{"$id":"z","$anchor":"q"}},"$ref":"z#q"}`, `1e400`)
	f.Fuzz(func(t *testing.T, schemaText, valueText string) {
		var document, value any
		if conductor.Decode([]byte(schemaText), &document) != nil || conductor.Decode([]byte(valueText), &value) != nil {
			return
		}
		compiled, err := schema.Compile(document)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		for _, p := range compiled.Check(value) {
			require.True(t, strings.HasPrefix(p.Path, "$"))
			require.NotEmpty(t, p.Message)
		}
	})
}
