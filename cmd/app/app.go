// Package app holds the commands for applications: the identities of programs on Orkes, with their roles, keys and grants.
package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// New returns the group `orkesctl app`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("app", "Applications: who a worker is, and what it may do",
		newCreate(deps),
		newList(deps),
		newGet(deps),
		newRename(deps),
		newDelete(deps),
		newGrant(deps),
		newRevoke(deps),
		newGrants(deps),
		newCan(deps),
		newWho(deps),
		cli.Group("role", "The roles of an application", newRoleAdd(deps), newRoleRemove(deps), newRoleList(deps)),
		cli.Group("key", "The access keys of an application",
			newKeyCreate(deps), newKeyList(deps),
			newKeySwitch(deps, "enable", "ACTIVE", "Enable an access key again"),
			newKeySwitch(deps, "disable", "INACTIVE", "Disable an access key: it gives no tokens, and its tokens are refused"),
			newKeyDelete(deps)),
	)
}

// kind is the noun in "application/name".
const kind = "application"

// needsManager is who may change an application (access sheet §2.1).
const needsManager = "Changing an application needs who made it, APPLICATION_MANAGER or ADMIN."

// bindApp adds --app, which design §1 lets people leave out.
func bindApp(cmd *cobra.Command, deps *cli.Deps, app *string) {
	cmd.Flags().StringVar(app, "app", "", "the application's `NAME|ID` (default: the one that orkesctl.yaml names, else the only one)")
	_ = cmd.RegisterFlagCompletionFunc("app", completeApps(deps))
}

// onApp makes cmd a command that works on one application: that which --app names, or that which is meant without it.
func onApp(deps *cli.Deps, cmd *cobra.Command, run func(ctx context.Context, client *conductor.Client, app conductor.Application, args []string) error) *cobra.Command {
	var word string
	bindApp(cmd, deps, &word)
	if cmd.Args == nil {
		cmd.Args, cmd.ValidArgsFunction = cli.Args(), cobra.NoFileCompletions
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withApp(cmd.Context(), deps, word, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
			return run(ctx, client, app.Value, args)
		})
	}
	return cmd
}

// noApplications explains a server that has none.
func noApplications(err error) error {
	if conductor.IsNotFound(err) {
		return cli.Hint(err, "This server has no applications: it is open-source Conductor, which has no access control. Workers need no key there.")
	}
	return err
}

func list(ctx context.Context, client *conductor.Client) ([]conductor.Document[conductor.Application], error) {
	apps, err := client.Applications.List(ctx)
	return apps, noApplications(err)
}

// find returns the application of that name or id. Names are not unique on the server: two of one name are an error with their ids.
func find(ctx context.Context, client *conductor.Client, word string) (conductor.Document[conductor.Application], error) {
	var none conductor.Document[conductor.Application]
	apps, err := list(ctx, client)
	if err != nil {
		return none, err
	}
	var found []conductor.Document[conductor.Application]
	for _, app := range apps {
		if app.Value.ID == word {
			return app, nil
		}
		if app.Value.Name == word {
			found = append(found, app)
		}
	}
	switch len(found) {
	case 0:
		return none, cli.NotFound(candidates(apps)+meant(apps, word)+"Make it: orkesctl app create "+cli.ShellWord(word), "no application %q", word)
	case 1:
		return found[0], nil
	default:
		return none, cli.Failed(candidates(found)+"Name one by its id instead: "+found[0].Value.ID, "%d applications are called %q", len(found), word)
	}
}

// meant says which name was probably meant, with a line break; empty where none is like it.
func meant(apps []conductor.Document[conductor.Application], word string) string {
	names := make([]string, len(apps))
	for i, app := range apps {
		names[i] = app.Value.Name
	}
	if near, found := definition.Nearest(word, names); found {
		return "Did you mean " + near + "?\n"
	}
	return ""
}

func candidates(apps []conductor.Document[conductor.Application]) string {
	width := 0
	for _, app := range apps {
		width = max(width, utf8.RuneCountInString(app.Value.Name))
	}
	var b strings.Builder
	for _, app := range apps {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, app.Value.Name, app.Value.ID)
	}
	return b.String()
}

// choose returns the application that a command works on: --app, else the project's, else the only one beside the caller's own.
func choose(ctx context.Context, deps *cli.Deps, client *conductor.Client, word string) (conductor.Document[conductor.Application], error) {
	var none conductor.Document[conductor.Application]
	if word == "" {
		p, err := deps.Project()
		if err != nil {
			return none, err
		}
		if p != nil {
			word = p.Application
		}
	}
	if word != "" {
		return find(ctx, client, word)
	}
	apps, err := list(ctx, client)
	if err != nil {
		return none, err
	}
	own := ownID(ctx, client)
	visible := len(apps)
	apps = slices.DeleteFunc(apps, func(app conductor.Document[conductor.Application]) bool { return app.Value.UserID() == own })
	switch {
	case len(apps) == 1:
		return apps[0], nil
	case len(apps) == 0 && visible > 0 && own != "":
		return none, cli.NotFound("Make one: orkesctl app create NAME --role worker   ·   who you are: orkesctl whoami",
			"no application is visible besides your own, and no orkesctl.yaml here names one")
	case len(apps) == 0:
		return none, cli.NotFound("Make one: orkesctl app create NAME --role worker", "there is no application yet, and no orkesctl.yaml here names one")
	default:
		return none, cli.Usage(candidates(apps)+"Say which: "+deps.Again("--app", apps[0].Value.Name), "which application? %d are visible, and no orkesctl.yaml here names one", len(apps))
	}
}

// ownID is the caller's user id, empty where the server does not say.
func ownID(ctx context.Context, client *conductor.Client) string {
	user, err := client.Token.UserInfo(ctx)
	if err != nil {
		return ""
	}
	return user.Value.ID
}

// roles returns the names of an application's roles, sorted.
func roles(ctx context.Context, client *conductor.Client, app conductor.Application) ([]string, error) {
	user, err := client.Users.Get(ctx, app.UserID())
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(user.Value.Roles))
	for _, role := range user.Value.Roles {
		names = append(names, role.Name)
	}
	slices.Sort(names)
	return names, nil
}

func view() render.View[conductor.Document[conductor.Application]] {
	type doc = conductor.Document[conductor.Application]
	return render.View[doc]{
		Kind: kind, Name: func(d doc) string { return d.Value.Name },
		Columns: []render.Column[doc]{
			{Title: "name", Value: func(d doc) any { return d.Value.Name }},
			{Title: "id", Whole: true, Value: func(d doc) any { return d.Value.ID }},
			{Title: "created", Value: func(d doc) any { return render.Millis(d.Value.CreateTime) }},
			{Title: "created by", Wide: true, Value: func(d doc) any { return d.Value.CreatedBy }},
		},
	}
}
