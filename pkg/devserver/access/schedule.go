package access

import (
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Schedule names a schedule as a grant's target.
func Schedule(name string) conductor.Target {
	return conductor.Target{Type: "WORKFLOW_SCHEDULE", ID: name}
}

// MayUseSchedule says whether the caller may READ, UPDATE (also pause and resume) or DELETE a schedule that exists: its maker, an
// administrator, or by a grant. Who may make one is who may start its workflow [inferred].
func (c *Caller) MayUseSchedule(access, name string) error {
	if c.May(access, Schedule(name)) {
		return nil
	}
	return fault.Forbidden("You don't have permissions to %s schedule: %s", strings.ToLower(access), name)
}
