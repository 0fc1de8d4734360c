package access

import (
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Secret names a secret as a grant's target, Variable an environment variable.
func Secret(name string) conductor.Target { return conductor.Target{Type: "SECRET_NAME", ID: name} }

// Variable names an environment variable as a grant's target.
func Variable(name string) conductor.Target { return conductor.Target{Type: "ENV_VARIABLE", ID: name} }

// MayUseSecret says whether the caller may READ, UPDATE or DELETE a secret that exists: its maker, an administrator, or by a grant.
func (c *Caller) MayUseSecret(access, name string) error {
	if c.May(access, Secret(name)) {
		return nil
	}
	return fault.Forbidden("You don't have permissions to %s secret: %s", strings.ToLower(access), name)
}

// MayCreateSecret says whether the caller may make secrets (access sheet 4.1: CREATE_SECRET).
func (c *Caller) MayCreateSecret(name string) error {
	if c.Is(roleAdmin, roleMetadataManager, roleUser) {
		return nil
	}
	return fault.Forbidden("You don't have permissions to create secret: %s", name)
}

// MayWriteVariable says whether the caller may write or delete environment variables, which everybody may read.
func (c *Caller) MayWriteVariable(name string) error {
	if c.Is(roleAdmin, roleMetadataManager, roleMetadataAPI) {
		return nil
	}
	return fault.Forbidden("You don't have permissions to write environment variable: %s", name)
}
