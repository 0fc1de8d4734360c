package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/manifest"
)

func TestToJSON(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      `{}`,
		"# nothing\n":                           `{}`,
		"b: 1\na: 2\n":                          `{"b":1,"a":2}`,
		"a: 12345678901234567890":               `{"a":12345678901234567890}`,
		"a: 1.10":                               `{"a":1.10}`,
		"a: [0x1f, 1_000, 0o17, +7]":            `{"a":[31,1000,15,7]}`,
		"a: .5":                                 `{"a":0.5}`,
		"a: [yes, no, true, null, ~]":           `{"a":["yes","no",true,null,null]}`,
		"a: 2026-11-25":                         `{"a":"2026-11-25"}`,
		"a: <b & c>":                            `{"a":"<b & c>"}`,
		"a: \"\\u2028\"":                        `{"a":"\u2028"}`,
		"1: a\ntrue: b":                         `{"1":"a","true":"b"}`,
		"a: !!str 5":                            `{"a":"5"}`,
		"a: !money 5":                           `{"a":"5"}`,
		"a: &x {b: 1}\nc: *x":                   `{"a":{"b":1},"c":{"b":1}}`,
		"a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}": `{"a":{"b":1,"c":2},"d":{"b":3,"c":2}}`,
		"a: &x {b: 1}\nd: {<<: [*x, {e: 2}]}":   `{"a":{"b":1},"d":{"b":1,"e":2}}`,
		`{"a": [1, {"b": "c"}]}`:                `{"a":[1,{"b":"c"}]}`,
		"- 1\n- a\n":                            `[1,"a"]`,
		"a: |\n  one\n  two\n":                  `{"a":"one\ntwo\n"}`,
	} {
		got, err := manifest.ToJSON([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, string(got), text)
	}
}

func TestToJSONRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"a: .inf":                  "not a number that JSON can hold",
		"a: .nan":                  "not a number that JSON can hold",
		"a: !!binary aGk=":         "binary values",
		"a: !!bool maybe":          "not true or false",
		"a: &x {b: *x}":            "the alias *x holds itself",
		"a: &x [[*x]]":             "the alias *x holds itself",
		"a: 1\na: 2":               `line 2: the key "a" is there twice`,
		"[a]: b":                   "a key must be text",
		"a: {<<: 5}":               "<< takes a mapping",
		"a: &x\n  <<: *x":          "nest too deep",
		"a: *x":                    "unknown anchor",
		"a: [":                     "line 1",
		"a: b: c":                  "mapping values are not allowed",
		strings.Repeat("[", 20000): "exceeded max depth",
		strings.Repeat("[", 1001) + strings.Repeat("]", 1001): "nest deeper than 1000",
	} {
		_, err := manifest.ToJSON([]byte(text))
		require.ErrorContains(t, err, want, text)
		require.NotContains(t, err.Error(), "yaml:")
	}
}

// Files that unfold to more than a machine holds are refused: aliases and merge keys, in one definition or over many, of many
// values or of few long ones.
func TestUnfoldingIsBounded(t *testing.T) {
	levels := func(format string) string {
		text := "a0: &a0 {x: 1}\n"
		for i := 1; i < 18; i++ {
			text += fmt.Sprintf(format, i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
		}
		return text
	}
	big := "- &big {x: [" + strings.Repeat("1,", 5000) + "]}\n"
	for name, text := range map[string]string{
		"aliases":             levels("a%d: &a%d [%s*a%d]\n"),
		"merge keys":          levels("a%d: &a%d {<<: [%s*a%d]}\n"),
		"over many documents": big + strings.Repeat("- {name: t, inputTemplate: *big}\n", 1000),
		"merged over many":    big + strings.Repeat("- {name: t, <<: *big}\n", 1000),
		"long texts":          "- &long {x: " + strings.Repeat("y", 1<<20) + "}\n" + strings.Repeat("- {name: t, inputTemplate: *long}\n", 1000),
		"long keys":           "- &long {? " + strings.Repeat("y", 1<<20) + " : x}\n" + strings.Repeat("- {name: t, inputTemplate: *long}\n", 1000),
		"nothing, often":      "- &e {}\n" + strings.Repeat("- {<<: ["+strings.Repeat("*e,", 1000)+"]}\n", 1000),
	} {
		_, problems := manifest.Read("f.yaml", strings.NewReader(text), "")
		found := false
		for _, problem := range problems {
			found = found || strings.Contains(problem.Message, "too many values: aliases and merge keys unfold to more than")
		}
		require.True(t, found, name)
	}
}

// What is written out is bounded by the file alone, however much it is.
func TestLongFilesAreRead(t *testing.T) {
	var text strings.Builder
	text.WriteString("- &defaults {name: d, retryCount: 3, inputKeys: [a, b]}\n")
	for i := range 20000 {
		fmt.Fprintf(&text, "- {name: t%d, retryCount: 1, timeoutSeconds: 0, inputKeys: [a, b, c, d]}\n", i)
	}
	for i := range 1000 {
		fmt.Fprintf(&text, "- {<<: *defaults, name: m%d}\n", i)
	}
	documents, problems := manifest.Read("f.yaml", strings.NewReader(text.String()), "TaskDef")
	require.Empty(t, problems)
	require.Len(t, documents, 21001)
	require.JSONEq(t, `{"name":"m999","retryCount":3,"inputKeys":["a","b"]}`, string(documents[21000].JSON))
}

func TestFromJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"b":1,"a":{"c":[1,2]}}`:          "b: 1\na:\n  c:\n    - 1\n    - 2\n",
		`{"a":12345678901234567890}`:       "a: 12345678901234567890\n",
		`{"a":[],"b":{}}`:                  "a: []\nb: {}\n",
		`{"a":null,"b":true}`:              "a: null\nb: true\n",
		`["yes","No","on","1","null","-"]`: "- \"yes\"\n- \"No\"\n- \"on\"\n- \"1\"\n- \"null\"\n- '-'\n",
		`"one\ntwo"`:                       "|-\n  one\n  two\n",
		`5`:                                "5\n",
	} {
		got, err := manifest.FromJSON([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, string(got), text)
		back, err := manifest.ToJSON(got)
		require.NoError(t, err, text)
		require.JSONEq(t, text, string(back))
	}
	for _, text := range []string{``, `{`, `{"a":`, `[1`, `nope`} {
		_, err := manifest.FromJSON([]byte(text))
		require.Error(t, err, text)
	}
}
