package scaffold

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/lint"
)

// Every project passes what its own CI asks: orkesctl lint finds nothing at all, whatever its tasks are called.
func TestProjectsPassLint(t *testing.T) {
	languages, err := launch.Languages()
	require.NoError(t, err)
	const definitions = "[{kind: TaskDef, name: ship.order now, inputKeys: [a-b, c d], outputKeys: [e.f, g]}, " +
		"{kind: TaskDef, name: größe, inputKeys: [x], outputKeys: [y]}, {kind: TaskDef, name: 1st, inputKeys: [x], outputKeys: [y]}]"
	for _, language := range languages {
		t.Run(language.Key(), func(t *testing.T) {
			d := deps(t)
			path := filepath.Join(d.Dir, "from.yaml")
			require.NoError(t, os.WriteFile(path, []byte(definitions), 0o600))
			opts := workerOptions{lang: language.Name, variant: language.Variant, from: []string{path}, dir: "p"}
			require.NoError(t, runWorker(context.Background(), d, opts))
			targets := lint.Targets{Shown: filepath.Base}
			require.NoError(t, targets.Add(filepath.Join(d.Dir, "p")))
			report := lint.Files(t.Context(), targets)
			require.Empty(t, report.Findings)
			require.Equal(t, 1+2*3, report.Summary.Files)
		})
	}
}
