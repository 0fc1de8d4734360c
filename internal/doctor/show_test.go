package doctor_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// shown is a report as a pipe gets it.
func shown(t *testing.T, f *doctor.Facts, all bool) string {
	t.Helper()
	terminal, out, _ := term.Test("")
	require.NoError(t, doctor.Examine(f, doctor.Filter{}).Show(terminal, all))
	return out.String()
}

func TestShow(t *testing.T) {
	f := healthy(t)
	f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("TASK_DEF", "mary:get-inventory")}
	text := shown(t, f, false)
	require.Contains(t, text, `permissions
  ✓ Worker role               WORKER
  ✗ Execute on get-inventory  not in domain john  ORK-PERM-003
    the worker declares domain john (worker.go:7); its grants: task get-inventory in domain mary
    → orkesctl app grant --task get-inventory --domain john
`)
	require.NotContains(t, text, "latency", "what is well and quiet is not read")
	require.True(t, strings.HasSuffix(text, "\n1 problem. First: orkesctl app grant --task get-inventory --domain john      (or orkesctl doctor --fix)\n"), text)
	require.Contains(t, shown(t, f, true), "latency")
}

func TestShowVerdicts(t *testing.T) {
	require.Contains(t, shown(t, healthy(t), false), "\nAll is well.\n")
	f := healthy(t)
	f.EnvFile.Mode = 0o644
	require.Contains(t, shown(t, f, false), "\nNothing is broken; 1 warning. First: chmod 600 .env\n")
	f.Holder.Value.Roles = nil
	f.Holder.Value.Grants = nil
	require.Contains(t, shown(t, f, false), "\n2 problems, 1 warning. First: orkesctl app role add worker")
	f = healthy(t)
	f.Toolchain.Version = ""
	require.Contains(t, shown(t, f, false), "\nNothing found; 1 thing could not be known.\n")
}

func TestShowOneRootCauseOnce(t *testing.T) {
	f := healthy(t)
	unreachable("connection refused", dial)(f)
	text := shown(t, f, false)
	require.Equal(t, 3, strings.Count(text, "needs server"), text)
	require.Contains(t, text, "– not checked: needs server\n\n1 problem.", "what was not checked for one reason is told together")
}

func TestShowManyTasks(t *testing.T) {
	f := healthy(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		f.Declared = append(f.Declared, doctor.Worker{Task: name, Domain: "john"})
		f.Holder.Value.Grants = append(f.Holder.Value.Grants, executeOn("TASK_DEF", name))
		f.TaskDefs.Value = append(f.TaskDefs.Value, document[conductor.TaskDef](t, `{"name":"`+name+`","responseTimeoutSeconds":60}`))
	}
	text := shown(t, f, false)
	require.Contains(t, text, "✓ Execute      5 tasks\n")
	require.Contains(t, text, "✓ defined  5 tasks\n")
}

func TestShowOnANarrowTerminal(t *testing.T) {
	f := healthy(t)
	f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("TASK_DEF", "mary:get-inventory")}
	var out bytes.Buffer
	terminal := term.NewInteractive(strings.NewReader(""), &out, io.Discard)
	require.NoError(t, doctor.Examine(f, doctor.Filter{}).Show(terminal, false))
	for line := range strings.Lines(out.String()) {
		if !strings.Contains(line, "→") && !strings.Contains(line, "First:") {
			require.LessOrEqual(t, len([]rune(line)), 81, line)
		}
	}
	require.Contains(t, out.String(), "    → orkesctl app grant --task get-inventory --domain john\n", "what is typed is not broken")
}
