package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/term"
)

func deps(t *testing.T, stdin string) *cli.Deps {
	t.Helper()
	terminal, _, _ := term.Test(stdin)
	return cli.NewDeps(terminal, func(string) string { return "" }, t.TempDir(), "test")
}

func TestRequest(t *testing.T) {
	for name, tc := range map[string]struct {
		options    options
		path, body string
	}{
		"nothing":                 {options{method: "GET", path: "metadata/taskdefs"}, "metadata/taskdefs", ""},
		"fields of a read":        {options{method: "GET", path: "p", fields: []string{"b=x y", `a={"n":1}`}}, "p?a=%7B%22n%22%3A1%7D&b=x+y", ""},
		"beside a query":          {options{method: "DELETE", path: "p?x=1", fields: []string{"a=true"}}, "p?x=1&a=true", ""},
		"of a head":               {options{method: "HEAD", path: "p", fields: []string{"a=1"}}, "p?a=1", ""},
		"fields of a write":       {options{method: "POST", path: "p", fields: []string{"name=x", "n=12345678901234567890", "list=[1]"}}, "p", `{"list":[1],"n":12345678901234567890,"name":"x"}`},
		"standard input as it is": {options{method: "PUT", path: "p", input: "-"}, "p", "from stdin"},
		"input of a read":         {options{method: "GET", path: "p", input: "-", fields: []string{"a=1"}}, "p?a=1", "from stdin"},
	} {
		t.Run(name, func(t *testing.T) {
			path, body, err := tc.options.request(deps(t, "from stdin"))
			require.NoError(t, err)
			require.Equal(t, tc.path, path)
			require.Equal(t, tc.body, string(body))
		})
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	for want, o := range map[string]options{
		"cannot be used together": {method: "POST", input: "-", fields: []string{"a=1"}},
		"-f: ":                    {method: "POST", fields: []string{"no value"}},
		"--input: ":               {method: "POST", input: "gone.json"},
	} {
		_, _, err := o.request(deps(t, ""))
		require.ErrorContains(t, err, want)
	}
	d := deps(t, "")
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, "body.json"), []byte(`{}`), 0o600))
	_, body, err := options{method: "POST", input: "body.json"}.request(d)
	require.NoError(t, err)
	require.Equal(t, `{}`, string(body))
	_, _, err = options{method: "POST", input: "-"}.request(deps(t, strings.Repeat("x", maxInput+1)))
	require.ErrorContains(t, err, "larger than 10 MiB")
}

func TestCheckPath(t *testing.T) {
	for _, path := range []string{"metadata/taskdefs", "/api/version", "search?query=a://b", "x?u=http://y"} {
		require.NoError(t, checkPath("GET", path), path)
	}
	for path, hint := range map[string]string{
		"":                                   "Example: orkesctl api GET",
		"//":                                 "Example: orkesctl api GET",
		"//evil.example/x":                   "Example: orkesctl api GET",
		"http://h.example/api/x/y":           "orkesctl api GET x/y --server http://h.example",
		"http://user:canary@h.example/api/x": "Example: orkesctl api GET",
		"http://h.example/x":                 "Example: orkesctl api GET",
	} {
		err := checkPath("GET", path)
		require.Equal(t, cli.ExitUsage, cli.ExitCode(err), path)
		var explained *cli.Error
		require.ErrorAs(t, err, &explained)
		require.Contains(t, explained.Hint, hint, path)
		require.NotContains(t, explained.Hint+err.Error(), "canary")
	}
}
