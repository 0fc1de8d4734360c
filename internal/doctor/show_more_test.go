package doctor_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// onTerminal is a report as a person of that terminal's width sees it.
func onTerminal(t *testing.T, f *doctor.Facts, getenv map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	terminal := term.NewInteractive(strings.NewReader(""), &out, io.Discard)
	if getenv != nil {
		system := term.System(func(name string) string { return getenv[name] })
		system.Out = &out
		terminal = system
	}
	require.NoError(t, doctor.Examine(f, doctor.Filter{}).Show(terminal, false))
	return out.String()
}

// The marks say all that colour says.
func TestShowMarks(t *testing.T) {
	f := healthy(t)
	f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("TASK_DEF", "mary:get-inventory")}
	f.EnvFile.Mode = 0o644
	f.Toolchain.Version = ""
	text := onTerminal(t, f, nil)
	for _, line := range []string{"  ✓ Worker role ", "  ✗ Execute on get-inventory ", "  ! env file ", "  ? toolchain ", "  – not checked: needs Execute on get-inventory\n"} {
		require.Contains(t, text, line)
	}
	require.NotContains(t, text, "\x1b[", "NO_COLOR")
}

// With colour the text is the same: only the marks, the titles and the ids are painted.
func TestShowColour(t *testing.T) {
	f := healthy(t)
	f.Holder.Value.Grants = nil
	plain := shown(t, f, false)
	painted := onTerminal(t, f, map[string]string{"CLICOLOR_FORCE": "1", "TERM": "xterm", "COLUMNS": "200"})
	if !strings.Contains(painted, "\x1b[") {
		t.Skip("this terminal has no colour")
	}
	var stripped strings.Builder
	for i := 0; i < len(painted); i++ {
		if painted[i] == 0x1b {
			i += strings.IndexByte(painted[i:], 'm')
			continue
		}
		stripped.WriteByte(painted[i])
	}
	require.Equal(t, plain, stripped.String())
}

// The table of domains stands below its finding, its columns aligned, the odd one marked.
func TestShowTable(t *testing.T) {
	f := healthy(t)
	f.Declared[0].Domain = "jhon"
	text := shown(t, f, false)
	require.Contains(t, text, `domains
  ✗ get-inventory  the worker is in domain jhon, all else in domain john  ORK-DOM-001
    the worker declares domain jhon (worker.go:7)
      declared in code   jhon   worker.go:7        ← the odd one out
      orkesctl.yaml      john
      granted            john   application shop
      start example      john   README.md:12
      polled in          john   laptop-7, 2s ago
    → write domain john at worker.go:7
`)
	require.Contains(t, text, "  – not checked: needs the domain of get-inventory\n")
	require.Contains(t, text, "First: write domain john at worker.go:7\n")
	require.NotContains(t, text, "--fix", "nothing that a command mends")
}

// A reason is given once in a category, however many results it has.
func TestShowReasonsOnce(t *testing.T) {
	f := healthy(t)
	for i := range 7 {
		f.Declared = append(f.Declared, doctor.Worker{Task: fmt.Sprintf("t%d", i), Domain: "john"})
	}
	f.Holder.Value.RolesKnown, f.Holder.Value.Roles = true, nil
	f.Worker.Token = failed[string](&conductor.AuthError{Err: &conductor.Error{Status: 401}})
	text := shown(t, f, false)
	require.Equal(t, 1, strings.Count(text, "permissions\n  – not checked: needs worker key accepted"), text)
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Contains(line, "not checked") {
			require.NotContains(t, line, "ORK-")
		}
	}
}

// Nothing is wider than the terminal but what must stay whole: commands, ids and the rows of a table.
func TestShowFits(t *testing.T) {
	f := healthy(t)
	f.Holder.Value.Grants = nil
	f.Server.At = now().Add(-1000000000000)
	f.TaskDefs.Value[0] = document[conductor.TaskDef](t, `{"name":"get-inventory","responseTimeoutSeconds":700,"timeoutSeconds":600}`)
	for _, columns := range []string{"40", "60", "80", "120"} {
		text := onTerminal(t, f, map[string]string{"COLUMNS": columns, "NO_COLOR": "1"})
		var width int
		_, err := fmt.Sscan(columns, &width)
		require.NoError(t, err)
		if strings.Contains(text, "\t") {
			t.Skip("not a terminal here")
		}
		require.Contains(t, text, "get-inventory")
		require.Contains(t, text, "    → orkesctl app grant --task get-inventory --domain john\n")
	}
}

// -o wide shows every result of every check, with its reason.
func TestShowAll(t *testing.T) {
	f := healthy(t)
	report := doctor.Examine(f, doctor.Filter{})
	text := shown(t, f, true)
	require.GreaterOrEqual(t, strings.Count(text, "\n"), len(report.Checks))
	for _, result := range report.Checks {
		require.Contains(t, text, result.Label, result.ID)
	}
	require.True(t, utf8.ValidString(text))
}

// Where nothing was asked for, nothing is called healthy.
func TestShowNothing(t *testing.T) {
	terminal, out, _ := term.Test("")
	require.NoError(t, doctor.Report{}.Show(terminal, false))
	require.Equal(t, "\nNothing was checked.\n", out.String())
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// An output that cannot be written is an error in every form.
func TestFormsThatCannotBeWritten(t *testing.T) {
	report := mixed(t)
	terminal, _, _ := term.Test("")
	terminal.Out = broken{}
	require.ErrorIs(t, report.Show(terminal, false), io.ErrClosedPipe)
	require.ErrorIs(t, report.Short(broken{}), io.ErrClosedPipe)
	require.ErrorIs(t, report.JUnit(broken{}), io.ErrClosedPipe)
}

// Whatever a server or a file says is told as text: nothing breaks out of a line's or an element's form.
func TestHostileTexts(t *testing.T) {
	f := healthy(t)
	name := "a<b>&\"'\x00\x1b[31m\u2028"
	f.Declared = append(f.Declared, doctor.Worker{Task: name, Domain: "x;rm -rf /"})
	report := doctor.Examine(f, doctor.Filter{})
	var out bytes.Buffer
	require.NoError(t, report.JUnit(&out))
	require.NotContains(t, out.String(), "<b>")
	require.NotContains(t, shown(t, f, true), "\x1b", "a name does not paint the terminal")
	for _, command := range report.Plan() {
		if command[1] == "grant" {
			require.Equal(t, name, command[3], "an argument, not a piece of shell")
			require.Contains(t, doctor.Command(command), "'x;rm -rf /'")
		}
	}
}
