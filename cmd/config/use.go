package config

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
)

func newUse(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "use PROFILE", Short: "Make a profile the current one",
		Example:           "orkesctl config use prod",
		Args:              cli.Args("PROFILE"),
		ValidArgsFunction: cli.CompleteFirst(cli.CompleteProfiles(deps)),
		RunE:              func(_ *cobra.Command, args []string) error { return runUse(deps, args[0], dryRun) },
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func runUse(deps *cli.Deps, name string, dryRun bool) error {
	profiles, _, err := deps.Profiles()
	if err != nil {
		return err
	}
	if _, known := profiles.Profiles[name]; !known && name != config.DevProfile {
		err := &config.UnknownProfileError{Name: name, Known: append(profiles.Names(), config.DevProfile)}
		return &cli.Error{Err: err, Exit: cli.ExitNotFound, Hint: "Make it: orkesctl login --profile " + name}
	}
	change := render.Change{Kind: "profile", ID: name, Action: render.Unchanged}
	switch {
	case profiles.Current == name:
	case dryRun:
		change.Action, change.Word = render.Updated, "would use"
	default:
		profiles.Current, change.Action, change.Word = name, render.Updated, "current"
		if err := deps.SaveProfiles(profiles); err != nil {
			return err
		}
	}
	return deps.Printer().Changes([]render.Change{change})
}
