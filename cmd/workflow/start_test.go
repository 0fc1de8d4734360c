package workflow

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func deps(t *testing.T, stdin string) *cli.Deps {
	t.Helper()
	terminal, _, _ := term.Test(stdin)
	return cli.NewDeps(terminal, func(string) string { return "" }, t.TempDir(), "test")
}

func TestStartRequest(t *testing.T) {
	d := deps(t, "from: stdin\nn: 1\n")
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, "order.json"), []byte(`{"n":12345678901234567890,"keep":"x"}`), 0o600))
	request, err := (&startOptions{inputFile: "order.json", input: []string{"n=7", "text=abc", `quoted="42"`}, domains: []string{"a=john", "*=mary"}}).request(d, "order")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "john", "*": "mary"}, request.TaskToDomain)
	data, err := json.Marshal(request.Input)
	require.NoError(t, err)
	require.JSONEq(t, `{"keep":"x","n":7,"text":"abc","quoted":"42"}`, string(data))
	require.Nil(t, request.Version, "the latest")
	require.Empty(t, request.IdempotencyStrategy)

	request, err = (&startOptions{inputFile: "-", version: 3, idempotencyKey: "k", priority: 99, correlationID: "c"}).request(d, "order")
	require.NoError(t, err)
	require.Equal(t, "stdin", request.Input["from"])
	require.Equal(t, 3, *request.Version)
	require.Equal(t, "RETURN_EXISTING", request.IdempotencyStrategy)
	require.Equal(t, [2]any{99, "c"}, [2]any{request.Priority, request.CorrelationID})
}

func TestStartRequestsThatAreRefused(t *testing.T) {
	for want, tc := range map[string]struct {
		options startOptions
		stdin   string
		exit    int
	}{
		"--priority 100: not from 0 to 99":               {startOptions{priority: 100}, "", cli.ExitUsage},
		"--priority -1: not from 0 to 99":                {startOptions{priority: -1}, "", cli.ExitUsage},
		"--domain ":                                      {startOptions{domains: []string{"john"}}, "", cli.ExitUsage},
		"--input ":                                       {startOptions{input: []string{"n"}}, "", cli.ExitUsage},
		"--input-file gone.json: no such file":           {startOptions{inputFile: "gone.json"}, "", cli.ExitNotFound},
		"--input-file -: not an object":                  {startOptions{inputFile: "-"}, "[1]", cli.ExitFailed},
		"--input-file -: line 1: ":                       {startOptions{inputFile: "-"}, "a: [", cli.ExitFailed},
		"--input-file -: more than 10 MB":                {startOptions{inputFile: "-"}, strings.Repeat("x", maxInput+1), cli.ExitFailed},
		"--input-file -: line 2: the key \"a\" is there": {startOptions{inputFile: "-"}, "a: 1\na: 2\n", cli.ExitFailed},
	} {
		_, err := tc.options.request(deps(t, tc.stdin), "order")
		require.ErrorContains(t, err, want)
		require.Equal(t, tc.exit, cli.ExitCode(err), want)
		var explained *cli.Error
		require.ErrorAs(t, err, &explained)
		require.NotEmpty(t, explained.Hint, want)
	}
}

func TestPick(t *testing.T) {
	const text = "name: order\nversion: 2\ntasks: [{name: a, taskReferenceName: a}]\n---\nname: order\nversion: 3\ntasks: [{name: b, taskReferenceName: b}]\n---\nkind: TaskDef\nname: t\n"
	first, err := pick("f.yaml", []byte(text), "order", 0)
	require.NoError(t, err)
	require.Equal(t, 2, versionOf(first.Tree))
	second, err := pick("f.yaml", []byte(text), "order", 3)
	require.NoError(t, err)
	require.Equal(t, 1, second.Index)
	for want, tc := range map[string]struct {
		text, workflow string
		version, exit  int
	}{
		`f.yaml: there is no workflow "ordr" in it`:  {text, "ordr", 0, cli.ExitNotFound},
		`f.yaml: there is no workflow "order" in it`: {text, "order", 9, cli.ExitNotFound},
		`f.yaml: there is no workflow "t" in it`:     {text, "t", 0, cli.ExitNotFound},
		"f.yaml:1:1: ":                               {"a: [", "order", 0, cli.ExitFailed},
	} {
		_, err := pick("f.yaml", []byte(tc.text), tc.workflow, tc.version)
		require.ErrorContains(t, err, want)
		require.Equal(t, tc.exit, cli.ExitCode(err), want)
	}
}

// What was wrong before an addition is not held against it.
func TestNewProblems(t *testing.T) {
	old, added := definition.Problem{Field: "x", Message: "unknown field"}, definition.Problem{Message: "tasks are empty"}
	require.NoError(t, newProblems([]definition.Problem{old}, []definition.Problem{old}))
	require.NoError(t, newProblems([]definition.Problem{old}, nil))
	err := newProblems([]definition.Problem{old}, []definition.Problem{old, added})
	require.EqualError(t, err, "the workflow would not be valid:\ntasks are empty")
}

func TestVersions(t *testing.T) {
	require.Equal(t, "version 2", named([]int{2}))
	require.Equal(t, "versions 2, 3", named([]int{2, 3}))
	require.Equal(t, 1, versionOf(map[string]any{}))
	require.Equal(t, 1, versionOf(map[string]any{"version": "3"}), "text is no version")
}
