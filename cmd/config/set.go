package config

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// names are the settings that a profile holds and that may be typed in. Key and secret are not: see login.
func names() []string {
	return []string{"server", "ca-file", "cert-file", "key-file", "domain-grant"}
}

func newSet(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "set NAME VALUE", Short: "Change a setting of the current profile, or of --profile",
		Long: `Change a setting of the current profile, or of --profile: server, ca-file, cert-file, key-file (the client certificate's),
domain-grant (domain:task, task:domain or both). An empty VALUE removes it. Key and secret belong together: orkesctl login.`,
		Example: "orkesctl config set server https://conductor.example.com --profile prod",
		Args:    cli.Args("NAME", "VALUE?"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return names(), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(_ *cobra.Command, args []string) error { return runSet(deps, args[0], args[1], dryRun) },
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func runSet(deps *cli.Deps, name, value string, dryRun bool) error {
	profiles, _, err := deps.Profiles()
	if err != nil {
		return err
	}
	chosen, _ := profiles.Chosen(deps.Globals.Settings, deps.Getenv)
	if chosen == "" {
		chosen = "default"
	}
	if err := config.CheckProfileName(chosen); err != nil {
		return cli.Usage("Example: --profile prod", "%v", err)
	}
	profile := profiles.Profiles[chosen]
	before := profile
	if err := assign(&profile, name, value); err != nil {
		return err
	}
	change := render.Change{Kind: "profile", ID: chosen, Action: render.Updated, Detail: name}
	switch {
	case before == profile:
		change.Action = render.Unchanged
	case dryRun:
		change.Word = "would update"
	default:
		profiles.Profiles[chosen] = profile
		if profiles.Current == "" {
			profiles.Current = chosen
		}
		if err := deps.SaveProfiles(profiles); err != nil {
			return err
		}
	}
	return deps.Printer().Changes([]render.Change{change})
}

func assign(p *config.Profile, name, value string) error {
	switch name {
	case "server":
		if value != "" {
			url, err := conductor.NormalizeURL(value)
			if err != nil {
				return cli.Usage("Example: orkesctl config set server https://conductor.example.com", "server %q: %v", value, err)
			}
			value = url
		}
		p.Server = value
	case "key":
		if value == "" {
			return cli.Usage("Forget both: orkesctl logout", "a key and its secret belong together, and are removed together")
		}
		return cli.Usage("Store both, after trying them: orkesctl login --key "+value, "a key and its secret belong together: a key alone is of no use")
	case "ca-file":
		p.CAFile = value
	case "cert-file":
		p.CertFile = value
	case "key-file":
		p.KeyFile = value
	case "domain-grant":
		if _, err := grant.ParseStyle(value); err != nil {
			return cli.Usage("Example: orkesctl config set domain-grant task:domain", "%v", err)
		}
		p.DomainGrant = value
	case "secret", "token":
		return cli.Usage("Store it where nobody reads it over your shoulder: orkesctl login", "a %s is not given in an argument", name)
	default:
		hint := "One of: server, ca-file, cert-file, key-file, domain-grant"
		if near, found := definition.Nearest(name, names()); found {
			hint = "Did you mean " + near + "?\n" + hint
		}
		return cli.Usage(hint, "unknown setting %q", name)
	}
	return nil
}
