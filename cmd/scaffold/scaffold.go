// Package scaffold holds the commands that make worker projects.
package scaffold

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
)

// New returns the group `orkesctl scaffold`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("scaffold", "Make worker projects", newWorker(deps), newList(deps))
}
