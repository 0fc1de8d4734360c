package engine

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestScripts(t *testing.T) {
	var input any
	require.NoError(t, conductor.Decode([]byte(
		`{"n": 3, "f": 1.5, "big": 12345678901, "s": "ann", "list": [1, {"k": "v"}], "nothing": null, "o": {"b": 1, "a": 2}, "yes": true}`), &input))
	js := newJavascript()
	for source, wanted := range map[string]string{
		`$.n + 1`: `4`, `$.n / 2`: `1.5`, `$.f * 2`: `3`, `$.big`: `12345678901`, `1e300`: `1e300`, `$.s.toUpperCase()`: `"ANN"`,
		`$.nothing`: `null`, `$.missing`: `null`, `undefined`: `null`, `NaN`: `null`, `1/0`: `null`, `$.yes && $.n > 2`: `true`,
		`$.list.map(x => typeof x)`: `["number","object"]`, `Array.isArray($.list)`: `true`, `$.list.concat([2]).length`: `3`,
		`({...$.o, c: [1.0, 2.5], u: undefined, f: () => 1})`:                                            `{"a":2,"b":1,"c":[1,2.5],"u":null,"f":null}`,
		`(function(){ let t = 0; for (const k of Object.keys($.o)) t += $.o[k]; return {total: t}; })()`: `{"total":3}`,
		`const a = 1; let b = a; b`: `1`, `new Map([["k", {x: 1}]])`: `{"k":{"x":1}}`, `new Set([1, 1, 2])`: `[1,2]`,
		`new Number(5)`: `5`, `new String("x")`: `"x"`, `(() => { $.n = 9; return $.n })()`: `9`, `JSON.stringify($.o)`: `"{\"a\":2,\"b\":1}"`,
		"`${$.s}!`": `"ann!"`, `$.o?.z?.y ?? "none"`: `"none"`, `[..."ab"].join("-")`: `"a-b"`, `"ab".padStart(4, "x") + "-".repeat(3)`: `"xxab---"`,
		`typeof console + typeof print + typeof require + typeof process + typeof java`: `"undefinedundefinedundefinedundefinedundefined"`,
	} {
		t.Run(source, func(t *testing.T) {
			value, err := js.eval(source, map[string]any{"$": input})
			require.NoError(t, err)
			got, err := json.Marshal(value)
			require.NoError(t, err)
			require.JSONEq(t, wanted, string(got))
		})
	}
	require.Equal(t, json.Number("3"), input.(map[string]any)["n"], "a script works on a copy")
}

func TestScriptsThatFail(t *testing.T) {
	js := newJavascript()
	js.limit = 50 * time.Millisecond
	for source, wanted := range map[string]string{
		`$.nope.x`:                             "Error evaluating the script `TypeError: Cannot read property 'x' of undefined` at line 1",
		"\nthrow new Error('no')":              "Error evaluating the script `Error: no`",
		"\nthrow 'no'":                         "Error evaluating the script `no` at line 2",
		"(() => { throw TypeError('no') })()":  "Error evaluating the script `TypeError: no`",
		`throw "text"`:                         "Error evaluating the script `text`",
		`a b`:                                  "SyntaxError",
		`missing`:                              "ReferenceError: missing is not defined",
		`while (true) {}`:                      "Script not finished after 50ms, interrupted",
		`(function f() { return f() })()`:      "Maximum call stack size exceeded",
		`"x".repeat(1e9)`:                      "the text would be longer than",
		`"x".padEnd(1e9)`:                      "the text would be longer than",
		`const a = {}; a.a = a; a`:             "the result is too large, or contains itself",
		`const b = []; b.push(b); b`:           "the result is too large, or contains itself",
		`({get x() { throw new Error("g") }})`: "Error: g",
		`({get x() { while (true) {} }})`:      "interrupted",
	} {
		t.Run(source, func(t *testing.T) {
			_, err := js.eval(source, map[string]any{"$": map[string]any{}})
			var failure *scriptError
			require.ErrorAs(t, err, &failure)
			require.Contains(t, failure.message, wanted)
			require.Equal(t, strings.Contains(wanted, "interrupted"), failure.late)
		})
	}
}

func TestAScriptThatEatsMemoryIsStopped(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 256 MB")
	}
	_, err := newJavascript().eval(`const a = []; for (;;) a.push(new Array(1000).fill(1))`, nil)
	require.ErrorContains(t, err, "interrupted")
}

func TestTheCacheOfProgramsIsBounded(t *testing.T) {
	js := newJavascript()
	for i := range scriptCache + 10 {
		value, err := js.eval(strings.Repeat(" ", i)+"1", nil)
		require.NoError(t, err)
		require.Equal(t, int64(1), value)
	}
	require.LessOrEqual(t, len(js.programs), scriptCache)
}

func FuzzScript(f *testing.F) {
	for _, seed := range []string{`$.a`, `[1,{}]`, `new Map()`, `({get x(){return 1}})`, `while(1);`, `"x".repeat(9e9)`, `x=>x`, `$.b.map(String)`, `throw null`, `Symbol()`, `10n`} {
		f.Add(seed)
	}
	js := newJavascript()
	js.limit = 200 * time.Millisecond
	f.Fuzz(func(t *testing.T, source string) {
		value, err := js.eval(source, map[string]any{"$": map[string]any{"a": json.Number("1.5"), "b": []any{nil, true, "s"}}})
		if err != nil {
			return
		}
		if _, err := json.Marshal(value); err != nil {
			t.Fatalf("%q gives what JSON cannot hold: %v", source, err)
		}
	})
}
