package define_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// server is a Target that counts its requests.
type server struct {
	have     []json.RawMessage
	sent     []json.RawMessage
	requests int
	refusal  error
}

func (s *server) target() define.Target {
	return define.Target{
		Noun: "task", Compare: reconcile.TaskDefs,
		List: func(context.Context) ([]json.RawMessage, error) { s.requests++; return s.have, nil },
		Put: func(_ context.Context, defs []json.RawMessage) error {
			s.requests++
			s.sent = defs
			return s.refusal
		},
	}
}

func documents(t *testing.T, text string) []*manifest.Document {
	t.Helper()
	read, problems := manifest.Read("f.yaml", strings.NewReader(text), definition.KindTaskDef)
	require.Empty(t, problems)
	return read
}

func write(t *testing.T, s *server, text string, dryRun bool) (string, error) {
	t.Helper()
	terminal, out, _ := term.Test("")
	deps := cli.NewDeps(terminal, func(string) string { return "" }, t.TempDir(), "test")
	err := define.Write(context.Background(), deps, s.target(), documents(t, text), dryRun)
	return out.String(), err
}

func TestWriteSendsWhatDiffersInOneRequest(t *testing.T) {
	s := &server{have: []json.RawMessage{[]byte(`{"name":"same","retryCount":3,"createTime":5}`), []byte(`{"name":"other","retryCount":1}`)}}
	out, err := write(t, s, "name: same\n---\nname: other\nretryCount: 2\n---\nname: new\nx: {b: 1, a: 1.50}\n", false)
	require.NoError(t, err)
	require.Equal(t, "task/same\tunchanged\ntask/other\tupdated\tretryCount 1 → 2\ntask/new\tcreated\tf.yaml\n", out)
	require.Len(t, s.sent, 2)
	require.Equal(t, `{"name":"new","x":{"b":1,"a":1.50}}`, string(s.sent[1]), "to the byte")
}

func TestWriteSendsNothingWhenNothingDiffersOrItIsADryRun(t *testing.T) {
	s := &server{have: []json.RawMessage{[]byte(`{"name":"a"}`)}}
	out, err := write(t, s, "name: a\n", false)
	require.NoError(t, err)
	require.Equal(t, "task/a\tunchanged\n", out)
	out, err = write(t, s, "name: b\n", true)
	require.NoError(t, err)
	require.Equal(t, "task/b\twould create\tf.yaml\n", out)
	require.Equal(t, 2, s.requests)
}

func TestAThousandDefinitionsTakeTwoRequests(t *testing.T) {
	var text strings.Builder
	s := &server{}
	for i := range 1000 {
		fmt.Fprintf(&text, "---\nname: task-%d\nretryCount: %d\n", i, i)
		s.have = append(s.have, []byte(fmt.Sprintf(`{"name":"task-%d","retryCount":7}`, i)))
	}
	_, err := write(t, s, text.String(), false)
	require.NoError(t, err)
	require.Equal(t, 2, s.requests)
	require.Len(t, s.sent, 999)
}

func TestTheServersRefusalNamesTheFile(t *testing.T) {
	s := &server{refusal: &conductor.Error{Status: 400, Message: "Validation failed", Invalid: []conductor.FieldError{
		{Path: "registerTaskDef.taskDefinitions[1]", Message: "too slow"}, {Path: "a", Message: "by name"}, {Path: "elsewhere", Message: "unknown"},
	}}}
	_, err := write(t, s, "name: a\n---\nname: b\n", false)
	require.ErrorContains(t, err, "Validation failed\nf.yaml:3: too slow\nf.yaml:1: by name\nelsewhere: unknown")
	require.Equal(t, cli.ExitFailed, cli.ExitCode(err))
	s.refusal = &conductor.Error{Status: 403}
	_, err = write(t, s, "name: a\n", false)
	require.Equal(t, cli.ExitDenied, cli.ExitCode(err), "other errors stay what they are")
}

func read(t *testing.T, dir, stdin string, args ...string) ([]*manifest.Document, error) {
	t.Helper()
	terminal, _, _ := term.Test(stdin)
	deps := cli.NewDeps(terminal, func(string) string { return "" }, dir, "test")
	return define.Read(deps, define.Source{Kind: definition.KindTaskDef, Args: args, Usage: "Example: orkesctl task define FILE"})
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	put("defs/a.yaml", "kind: TaskDef\nname: a\n")
	put("defs/w.yaml", "name: w\ntasks: [{name: a, taskReferenceName: a}]\n")
	put("defs/deep/b.json", `[{"name":"b","retryCount":1},{"name":"c","retryCount":1}]`)
	put("project/orkesctl.yaml", "definitions: ../defs\n")
	put("broken/orkesctl.yaml", "definitions: nowhere\n")

	names := func(documents []*manifest.Document, err error) string {
		if err != nil {
			return err.Error()
		}
		list := make([]string, len(documents))
		for i, d := range documents {
			list[i] = d.Name() + "@" + filepath.ToSlash(d.File)
		}
		return strings.Join(list, " ")
	}
	require.Equal(t, "a@defs/a.yaml b@defs/deep/b.json c@defs/deep/b.json", names(read(t, dir, "", "defs")))
	require.Equal(t, "a@defs/a.yaml", names(read(t, dir, "", filepath.Join(dir, "defs", "a*.yaml"))))
	require.Equal(t, "x@<stdin>", names(read(t, dir, "name: x")))
	require.Equal(t, "x@<stdin> a@defs/a.yaml", names(read(t, dir, "name: x", "-", "defs/a.yaml")))
	require.Contains(t, names(read(t, filepath.Join(dir, "project"), "name: x")), "a@", "the project comes before standard input")
	require.Contains(t, names(read(t, filepath.Join(dir, "broken"), "")), "is not there: ")
	require.Contains(t, names(read(t, dir, "")), "standard input is empty")
	require.Contains(t, names(read(t, dir, "", "gone.yaml")), "gone.yaml: no such file")
	require.Equal(t, "2 problems in 1 file; nothing was sent", names(read(t, dir, "name: a\nx: 1\ny: 2\n")))
	_, err := read(t, dir, "", "gone.yaml")
	require.Equal(t, cli.ExitNotFound, cli.ExitCode(err))
	_, err = read(t, dir, "")
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
}

func TestReadAsksForSomethingOnATerminal(t *testing.T) {
	terminal := term.NewInteractive(strings.NewReader(""), os.Stdout, os.Stderr)
	deps := cli.NewDeps(terminal, func(string) string { return "" }, t.TempDir(), "test")
	_, err := define.Read(deps, define.Source{Kind: definition.KindTaskDef, Usage: "Example: x"})
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
}

func TestRawKeepsWhatTheServerSent(t *testing.T) {
	sent := `{"name":"a","ours":{"z":1,"a":2}}`
	list := define.Raw(func(context.Context) ([]conductor.Document[conductor.TaskDef], error) {
		return []conductor.Document[conductor.TaskDef]{{Raw: []byte(sent)}}, nil
	})
	raw, err := list(t.Context())
	require.NoError(t, err)
	require.Equal(t, []json.RawMessage{[]byte(sent)}, raw)
	_, err = define.Raw(func(context.Context) ([]conductor.Document[conductor.TaskDef], error) {
		return nil, io.ErrUnexpectedEOF
	})(t.Context())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
