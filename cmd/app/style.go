package app

import (
	"context"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxOthers bounds how many other applications are asked for their grants: 20.
const maxOthers = 20

// styleSetting is the way of writing a task in a domain that the settings name; false where they name none.
func styleSetting(deps *cli.Deps) (grant.Style, bool, error) {
	settings, err := deps.Settings()
	if err != nil || settings.DomainGrant.Value == "" {
		return "", false, err
	}
	style, err := grant.ParseStyle(settings.DomainGrant.Value)
	return style, true, cli.Hint(err, "It is from %s.", settings.DomainGrant.Source)
}

// domainStyle is the setting, else the way that grants on the cluster show, else the default. Only a task in a domain asks for it.
func domainStyle(
	ctx context.Context, deps *cli.Deps, client *conductor.Client, flags grant.Flags, held []conductor.GrantedAccess, tasks []string,
) (grant.Style, error) {
	style, set, err := styleSetting(deps)
	if err != nil || set {
		return style, err
	}
	style, found := grant.Detect(held, tasks)
	if !found && len(tasks) > 0 && len(flags.Tasks) > 0 && len(flags.Domains) > 0 {
		style, found = grant.Detect(others(ctx, client), tasks)
	}
	if !found {
		return grant.DomainFirst, nil
	}
	if style != grant.DomainFirst {
		deps.Note("note: grants on this server write a task in a domain as %s; so does this one. Another way: orkesctl config set domain-grant domain:task", style)
	}
	return style, nil
}

// others returns what other applications hold, as far as the caller may see it: how the cluster writes its grants.
func others(ctx context.Context, client *conductor.Client) []conductor.GrantedAccess {
	apps, err := client.Applications.List(ctx)
	if err != nil {
		return nil
	}
	var all []conductor.GrantedAccess
	for _, app := range apps[:min(len(apps), maxOthers)] {
		held, err := client.Users.Permissions(ctx, app.Value.UserID())
		if err != nil {
			break // whoever may not read one may read none
		}
		all = append(all, held...)
	}
	return all
}
