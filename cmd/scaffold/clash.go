package scaffold

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// clash refuses a task whose files the project has already for another task, such as ship-order beside ship.order: not even
// --force may replace one worker by another.
func clash(at target, plan scaffold.Plan) error {
	if at.existing == nil {
		return nil
	}
	for _, file := range plan.Files {
		path := filepath.Join(at.dir, filepath.FromSlash(file.Path))
		if _, err := os.Stat(path); err != nil || filepath.Ext(path) != ".yaml" || filepath.Dir(path) != at.existing.DefinitionsDir() {
			continue
		}
		have, _, err := manifest.ReadPaths([]string{path}, "", nil)
		if err != nil || len(have) != 1 || have[0].Kind != definition.KindTaskDef {
			continue
		}
		want, _ := manifest.Read(file.Path, bytes.NewReader(file.Content), definition.KindTaskDef)
		if len(want) != 1 || want[0].Name() == have[0].Name() {
			continue
		}
		return cli.Usage("Give the task another name, or make another project: --dir NAME",
			"the task %s would have the files of %s, which the project has already (%s)", want[0].Name(), have[0].Name(), file.Path)
	}
	return nil
}
