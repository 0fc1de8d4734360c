package definition_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// The server's verdict on 1,130 real definitions was recorded from Conductor 3.32.1; ours must be the same.
func TestCorpusVerdicts(t *testing.T) {
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	table, err := os.ReadFile(filepath.Join(corpus, "accepted-by-conductor-3.32.1.tsv"))
	if err != nil {
		t.Skip("no ../shared/corpus beside this clone")
	}
	for _, row := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
		columns := strings.SplitN(row, "\t", 3)
		data, err := os.ReadFile(filepath.Join(corpus, columns[0]))
		require.NoError(t, err)
		var found []definition.Violation
		if strings.HasPrefix(columns[0], "tasks/") {
			var def conductor.TaskDef
			require.NoError(t, conductor.Decode(data, &def), columns[0])
			found = definition.ValidateTaskDefs([]conductor.TaskDef{def})
		} else {
			var def conductor.WorkflowDef
			require.NoError(t, conductor.Decode(data, &def), columns[0])
			found = definition.ValidateWorkflowDef(def)
		}
		require.Equal(t, columns[1] == "200", len(found) == 0, "%s: %v", columns[0], found)
	}
}
