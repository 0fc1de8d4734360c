package cmd

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
)

// version is set by the release build (-ldflags -X). Otherwise the module's own version is used.
var version string

// Version returns the program's version: the release's, the module's, or "dev".
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

type versionInfo struct {
	Client     string `json:"client"`
	Go         string `json:"go"`
	Platform   string `json:"platform"`
	Server     string `json:"server,omitempty"`
	ServerKind string `json:"serverKind,omitempty"`
	Version    string `json:"serverVersion,omitempty"`
	Problem    string `json:"serverError,omitempty"`
}

func newVersion(deps *cli.Deps) *cobra.Command {
	var clientOnly bool
	cmd := &cobra.Command{
		Use: "version", Short: "Show the versions of orkesctl and of the server",
		Example: "orkesctl version\norkesctl version --client",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runVersion(cmd.Context(), deps, clientOnly) },
	}
	cmd.Flags().BoolVar(&clientOnly, "client", false, "do not ask the server")
	return cmd
}

func runVersion(ctx context.Context, deps *cli.Deps, clientOnly bool) error {
	info := versionInfo{Client: deps.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if !clientOnly {
		askServer(ctx, deps, &info)
	}
	view := render.View[versionInfo]{Kind: "version", Name: func(v versionInfo) string { return v.Client }}
	view.Columns = []render.Column[versionInfo]{
		{Title: "orkesctl", Value: func(v versionInfo) any { return v.Client + " (" + v.Go + ", " + v.Platform + ")" }},
		{Title: "server", Value: func(v versionInfo) any { return v.Server }},
		{Title: "kind", Value: func(v versionInfo) any { return v.ServerKind }},
		{Title: "server version", Value: func(v versionInfo) any { return v.Version }},
		{Title: "server error", Value: func(v versionInfo) any { return v.Problem }},
	}
	return render.One(deps.Printer(), view, info)
}

// askServer fills in what the server says of itself. That it does not answer is part of the answer, not a failure.
func askServer(ctx context.Context, deps *cli.Deps, info *versionInfo) {
	client, err := deps.Client()
	if err != nil {
		info.Problem = err.Error()
		return
	}
	info.Server = client.BaseURL()
	if info.Version, err = client.Server.Version(ctx); err != nil {
		info.Problem = err.Error()
		return
	}
	kind, err := client.Server.Kind(ctx)
	if err != nil {
		info.Problem = err.Error()
		return
	}
	info.ServerKind = string(kind)
}

func newCompletion() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print the completion script of a shell: bash, zsh, fish or powershell",
		Example:   "orkesctl completion bash > /etc/bash_completion.d/orkesctl\nsource <(orkesctl completion zsh)",
		ValidArgs: shells, Args: cli.Args("SHELL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			default:
				return cli.Usage("One of: bash, zsh, fish, powershell", "unknown shell %q", args[0])
			}
		},
	}
}
