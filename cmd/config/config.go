// Package config holds the commands that show and change the program's own settings.
package config

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
)

// New returns the group `orkesctl config`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("config", "The settings, and where each comes from", newShow(deps), newPath(deps), newSet(deps), newUse(deps))
}

type setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

func newShow(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show each setting with its source; secrets are masked",
		Example: "orkesctl config show",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			s, err := deps.Settings()
			if err != nil {
				return err
			}
			return render.List(deps.Printer(), render.View[setting]{
				Kind: "setting", Name: func(s setting) string { return s.Name },
				Columns: []render.Column[setting]{
					{Title: "name", Value: func(s setting) any { return s.Name }},
					{Title: "value", Value: func(s setting) any { return s.Value }},
					{Title: "source", Value: func(s setting) any { return s.Source }},
				},
			}, settings(s))
		},
	}
}

func settings(s config.Settings) []setting {
	rows := []struct {
		name string
		config.Setting
		secret bool
	}{
		{"profile", s.Profile, false},
		{"server", s.Server, false},
		{"key", s.Key, false},
		{"secret", s.Secret, true},
		{"token", s.Token, true},
		{"ca-file", s.CAFile, false},
		{"cert-file", s.CertFile, false},
		{"key-file", s.KeyFile, false},
		{"domain-grant", s.DomainGrant, false},
	}
	list := []setting{}
	for _, row := range rows {
		if row.Value == "" {
			continue
		}
		if row.secret {
			row.Value = "***"
		}
		list = append(list, setting{row.name, row.Value, row.Source})
	}
	return list
}

func newPath(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "path", Short: "Print the path of the profiles file",
		Example: "orkesctl config path",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			paths, err := deps.Paths()
			if err != nil {
				return err
			}
			if deps.Globals.Format.Structured() {
				return deps.Globals.Format.Document(deps.Term, map[string]string{"path": paths.ProfilesFile()})
			}
			_, err = fmt.Fprintln(deps.Term.Out, paths.ProfilesFile())
			return err
		},
	}
}
