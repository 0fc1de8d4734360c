package session

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
)

// NewLogout returns the command `orkesctl logout`.
func NewLogout(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "Forget the key and secret of the current profile, or of --profile",
		Example: "orkesctl logout --profile prod",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error { return runLogout(deps) },
	}
}

func runLogout(deps *cli.Deps) error {
	paths, err := deps.Paths()
	if err != nil {
		return err
	}
	profiles, err := config.LoadProfiles(paths)
	if err != nil {
		return err
	}
	name := deps.Globals.Settings.Profile
	if name == "" {
		name = profiles.Current
	}
	profile, known := profiles.Profiles[name]
	switch {
	case name == "":
		deps.Note("nobody is signed in")
		return deps.Printer().Changes(nil)
	case !known:
		return cli.NotFound("See what is used: orkesctl config show", "no profile %q", name)
	}
	change := render.Change{Kind: "profile", ID: name, Action: render.Unchanged}
	if profile.Key != "" {
		if err := config.NewSecrets(paths, deps.Getenv).Delete(name, profile.SecretIn); err != nil {
			return err
		}
		profile.Key, profile.SecretIn = "", ""
		profiles.Profiles[name] = profile
		if err := profiles.Save(paths); err != nil {
			return err
		}
		change.Action, change.Word = render.Updated, "signed out"
		deps.Note("The key itself is still good: orkesctl app key disable or delete ends it.")
	}
	return deps.Printer().Changes([]render.Change{change})
}
