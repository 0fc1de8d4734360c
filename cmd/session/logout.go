package session

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
)

// NewLogout returns the command `orkesctl logout`.
func NewLogout(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "logout", Short: "Forget the key and secret of the current profile, or of --profile",
		Example: "orkesctl logout --profile prod",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error { return runLogout(deps, dryRun) },
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func runLogout(deps *cli.Deps, dryRun bool) error {
	profiles, paths, err := deps.Profiles()
	if err != nil {
		return err
	}
	name, _ := profiles.Chosen(deps.Globals.Settings, deps.Getenv)
	profile, known := profiles.Profiles[name]
	switch {
	case name == "":
		deps.Note("nobody is signed in")
		return deps.Printer().Changes(nil)
	case !known && name == config.DevProfile:
		deps.Note("the development server's own profile stores no key: orkesctl config use NAME chooses another")
		return deps.Printer().Changes(nil)
	case !known:
		return cli.NotFound("See what is used: orkesctl config show", "no profile %q", name)
	}
	change := render.Change{Kind: "profile", ID: name, Action: render.Unchanged}
	switch {
	case profile.Key == "":
	case dryRun:
		change.Action, change.Word = render.Updated, "would sign out"
	default:
		if err := config.NewSecrets(paths, deps.Getenv).Delete(name, profile.SecretIn); err != nil {
			return err
		}
		profile.Key, profile.SecretIn = "", ""
		profiles.Profiles[name] = profile
		if err := deps.SaveProfiles(profiles); err != nil {
			return err
		}
		change.Action, change.Word = render.Updated, "signed out"
		deps.Note("The key itself is still good: orkesctl app key disable or delete ends it.")
	}
	return deps.Printer().Changes([]render.Change{change})
}
