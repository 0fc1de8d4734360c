package app

import (
	"context"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// revocation is what was taken from an application, and what it held before.
type revocation struct {
	held   []conductor.GrantedAccess
	items  []grant.Item
	access []string
	reader grant.Reader
}

// noteRemaining says which access to the revoked things is left: through other grants, tags, and roles that need no grant.
func noteRemaining(ctx context.Context, deps *cli.Deps, client *conductor.Client, app conductor.Application, r revocation) {
	ways := r.remaining()
	if has, err := roles(ctx, client, app); err == nil {
		for _, role := range has {
			if role == "ADMIN" || role == "UNRESTRICTED_WORKER" && slices.ContainsFunc(r.items, grant.Item.OfTasks) {
				ways = append(ways, "the role "+role)
			}
		}
	}
	if len(ways) > 0 {
		deps.Note("note: %s still has %s there through %s. See all: orkesctl app grants --app %s",
			app.Name, strings.Join(r.access, ", "), strings.Join(ways, "; "), app.Name)
	}
}

// remaining is the words for the grants that give some of the same access as the revoked ones, which themselves are left out.
func (r revocation) remaining() []string {
	var ways []string
	for _, g := range r.held {
		if !slices.ContainsFunc(r.access, func(name string) bool { return slices.Contains(g.Access, name) }) {
			continue
		}
		gone, overlaps := false, false
		for _, item := range r.items {
			gone = gone || g.Tag == "" && g.Target == item.Target
			overlaps = overlaps || r.reader.Overlap(g.Target, item.Target)
		}
		if gone || !overlaps {
			continue
		}
		ways = append(ways, r.reader.Held(g))
	}
	return ways
}
