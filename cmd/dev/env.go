package dev

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
)

func newEnv(deps *cli.Deps) *cobra.Command {
	var shell string
	cmd := &cobra.Command{
		Use: "env", Short: "Print the variables that point any Conductor program at the development server",
		Long: `Print the variables that point any Conductor program at the development server, as its administrator.

They hold the administrator's secret: use them with eval, and let workers have keys of their own.`,
		Example: "eval \"$(orkesctl dev env)\"\norkesctl dev env --shell fish | source\norkesctl dev env --shell powershell | Invoke-Expression",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runEnv(cmd.Context(), deps, shell) },
	}
	cmd.Flags().StringVar(&shell, "shell", "", "sh|fish|powershell (default: from SHELL)")
	_ = cmd.RegisterFlagCompletionFunc("shell", cobra.FixedCompletions([]string{"sh", "fish", "powershell"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runEnv(ctx context.Context, deps *cli.Deps, shell string) error {
	assign, err := assignment(shell, deps.Getenv("SHELL"))
	if err != nil {
		return err
	}
	record, err := mustRun(ctx, deps)
	if err != nil {
		return err
	}
	variables := environment(*record)
	if deps.Globals.Format.Structured() {
		document := map[string]string{}
		for _, v := range variables {
			document[v[0]] = v[1]
		}
		return deps.Globals.Format.Document(deps.Term, document)
	}
	for _, v := range variables {
		if _, err := fmt.Fprintln(deps.Term.Out, assign(v[0], v[1])); err != nil {
			return err
		}
	}
	return nil
}

// environment are the variables that make Conductor programs the server's administrator.
func environment(record config.Dev) [][2]string {
	variables := [][2]string{{"CONDUCTOR_SERVER_URL", record.URL}}
	if record.Flavor != "oss" {
		variables = append(variables, [2]string{"CONDUCTOR_AUTH_KEY", record.Key}, [2]string{"CONDUCTOR_AUTH_SECRET", record.Secret})
	}
	return variables
}

func assignment(shell, login string) (func(name, value string) string, error) {
	if shell == "" {
		shell = "sh"
		if filepath.Base(login) == "fish" {
			shell = "fish"
		}
	}
	switch shell {
	case "sh", "bash", "zsh":
		return func(name, value string) string { return "export " + name + "=" + quote(value, `'\''`) }, nil
	case "fish":
		return func(name, value string) string {
			return "set -gx " + name + " " + quote(strings.ReplaceAll(value, `\`, `\\`), `\'`)
		}, nil
	case "powershell", "pwsh":
		return func(name, value string) string { return "$env:" + name + " = " + quote(value, "''") }, nil
	default:
		return nil, cli.Usage("One of: sh, fish, powershell", "--shell %s: unknown shell", shell)
	}
}

func quote(value, escaped string) string { return "'" + strings.ReplaceAll(value, "'", escaped) + "'" }
