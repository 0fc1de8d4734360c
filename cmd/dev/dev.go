// Package dev holds the commands of the embedded development server.
package dev

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
)

// New returns the group `orkesctl dev`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("dev", "The development server on this machine",
		newStart(deps),
		newStop(deps),
		newStatus(deps),
		newEnv(deps),
		newExec(deps),
		newEvents(deps),
		newLogs(deps),
		newSnapshot(deps),
		newRestore(deps),
		newReset(deps),
		cli.Group("clock", "The clock of a development server that was started with --clock manual", newClockShow(deps), newClockAdvance(deps)),
		cli.Group("fault", "Faults that the development server makes on purpose", newFaultAdd(deps), newFaultList(deps), newFaultClear(deps)),
	)
}
