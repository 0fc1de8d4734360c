package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// completionTime is how long a shell waits for the server's names.
const completionTime = 2 * time.Second

// CompleteNames completes arguments with names that the server knows, those already given left out. Where the server does not
// answer there are none, and nothing is said: somebody is typing.
func CompleteNames(deps *Deps, list func(context.Context, *conductor.Client) ([]string, error)) cobra.CompletionFunc {
	return CompleteWith(deps, func(ctx context.Context, client *conductor.Client, _ *cobra.Command) ([]string, error) {
		return list(ctx, client)
	})
}

// CompleteWith is CompleteNames where the names depend on the flags that were typed before, as those of cmd.
func CompleteWith(deps *Deps, list func(context.Context, *conductor.Client, *cobra.Command) ([]string, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		deps.completing()
		client, err := deps.Client()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		names, err := list(ctx, client, cmd)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var matching []cobra.Completion
		for _, name := range names {
			if strings.HasPrefix(name, prefix) && !slices.Contains(args, name) && !slices.Contains(matching, name) {
				matching = append(matching, name)
			}
		}
		return matching, cobra.ShellCompDirectiveNoFileComp
	}
}

// completing makes the rest of the command silent and quick: no notes in the line that is being typed, no second try.
func (d *Deps) completing() {
	silent := *d.Term
	silent.Err = io.Discard
	d.Term, d.Once = &silent, true
}

// CompleteProfiles completes with the names of the profiles.
func CompleteProfiles(deps *Deps) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		profiles, _, err := deps.Profiles()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names := profiles.Names()
		if !slices.Contains(names, config.DevProfile) {
			names = append(names, config.DevProfile)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// TaskNames returns the names of the task definitions, in the server's order.
func TaskNames(ctx context.Context, client *conductor.Client) ([]string, error) {
	defs, err := client.TaskDefs.List(ctx)
	names := make([]string, 0, len(defs))
	for _, def := range defs {
		names = append(names, def.Value.Name)
	}
	return names, err
}

// CompleteFirst completes only the first argument.
func CompleteFirst(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, prefix)
	}
}

// CompleteFiles completes arguments with the files of the folder, as shells do by themselves.
func CompleteFiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}
