// Package worker holds the commands that work with a project's workers.
package worker

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
)

// New returns the group `orkesctl worker`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("worker", "The workers of this project",
		newList(deps), newInstall(deps), newTest(deps), newRun(deps), newExec(deps), newSimulate(deps))
}
