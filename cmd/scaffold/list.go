package scaffold

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

func newList(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the languages that worker projects can be made in",
		Example: "orkesctl scaffold list",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			list, err := languages()
			if err != nil {
				return err
			}
			return render.List(deps.Printer(), languageView(), list)
		},
	}
}

func languageView() render.View[*scaffold.Language] {
	return render.View[*scaffold.Language]{
		Kind: "language", Name: func(l *scaffold.Language) string { return l.Name },
		Columns: []render.Column[*scaffold.Language]{
			{Title: "name", Value: func(l *scaffold.Language) any { return l.Name }},
			{Title: "aliases", Value: func(l *scaffold.Language) any { return l.Aliases }},
			{Title: "SDK", Value: func(l *scaffold.Language) any { return l.SDK.Name + " " + l.SDK.Version }},
			{Title: "needs", Value: func(l *scaffold.Language) any { return l.Title + " " + l.Toolchain.Minimum }},
		},
	}
}
