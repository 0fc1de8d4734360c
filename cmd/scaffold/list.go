package scaffold

import (
	"strings"

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
		Kind: "language", Name: func(l *scaffold.Language) string { return l.Key() },
		Columns: []render.Column[*scaffold.Language]{
			{Title: "name", Value: func(l *scaffold.Language) any { return l.Name }},
			{Title: "variant", Value: func(l *scaffold.Language) any { return l.VariantName() }},
			{Title: "aliases", Value: func(l *scaffold.Language) any { return l.Aliases }},
			{Title: "SDK", Value: func(l *scaffold.Language) any { return l.SDK.Name + " " + l.SDK.Version }},
			{Title: "choices", Value: func(l *scaffold.Language) any { return choicesOf(l) }},
			{Title: "needs", Value: func(l *scaffold.Language) any { return l.Title + " " + l.Toolchain.Minimum }},
		},
	}
}

// choicesOf writes the language's options as the flags that choose them.
func choicesOf(l *scaffold.Language) []string {
	var list []string
	for _, option := range l.Options {
		list = append(list, "--"+option.Name+" "+strings.Join(option.Choices, "|"))
	}
	return list
}
