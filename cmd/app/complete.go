package app

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// completeApps completes the names of applications.
func completeApps(deps *cli.Deps) cobra.CompletionFunc {
	return cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
		apps, err := client.Applications.List(ctx)
		names := make([]string, 0, len(apps))
		for _, app := range apps {
			names = append(names, app.Value.Name)
		}
		return names, err
	})
}

// completeKeys completes the ids of the keys of the application that the command works on.
func completeKeys(deps *cli.Deps) cobra.CompletionFunc {
	return cli.CompleteFirst(cli.CompleteWith(deps, func(ctx context.Context, client *conductor.Client, cmd *cobra.Command) ([]string, error) {
		word, err := cmd.Flags().GetString("app")
		if err != nil {
			return nil, err
		}
		chosen, err := choose(ctx, deps, client, word)
		if err != nil {
			return nil, err
		}
		keys, err := client.Applications.Keys(ctx, chosen.Value.ID)
		ids := make([]string, 0, len(keys))
		for _, key := range keys {
			ids = append(ids, key.ID)
		}
		return ids, err
	}))
}

// completeTargets completes what is granted: --task, --domain, --workflow and --access.
func completeTargets(deps *cli.Deps, cmd *cobra.Command, opts *grantOptions) {
	_ = cmd.RegisterFlagCompletionFunc("task", cli.CompleteNames(deps, cli.TaskNames))
	_ = cmd.RegisterFlagCompletionFunc("workflow", cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
		defs, err := client.WorkflowDefs.List(ctx)
		names := make([]string, 0, len(defs))
		for _, def := range defs {
			names = append(names, def.Value.Name)
		}
		return names, err
	}))
	_ = cmd.RegisterFlagCompletionFunc("domain", cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
		names, err := domains(ctx, client, opts.flags.Tasks)
		if p, projectErr := deps.Project(); projectErr == nil && p != nil && p.Domain != "" {
			return append([]string{p.Domain}, names...), nil
		}
		return names, err
	}))
	_ = cmd.RegisterFlagCompletionFunc("access", cobra.FixedCompletions(
		[]cobra.Completion{"create", "read", "execute", "update", "delete"}, cobra.ShellCompDirectiveNoFileComp))
}

// domains lists the domains in which somebody polled one of the tasks; without tasks, those that have a queue. Servers keep no list
// of domains.
func domains(ctx context.Context, client *conductor.Client, tasks []string) ([]string, error) {
	found := map[string]bool{}
	for _, task := range tasks {
		polls, err := client.Tasks.PollData(ctx, task)
		if err != nil {
			return nil, err
		}
		for _, poll := range polls {
			found[poll.Domain] = true
		}
	}
	if len(tasks) == 0 {
		queues, err := client.Tasks.QueuesAll(ctx)
		if err != nil {
			return nil, err
		}
		for queue := range queues {
			domain, _, _ := strings.Cut(queue, ":")
			found[domain] = strings.Contains(queue, ":")
		}
	}
	maps.DeleteFunc(found, func(domain string, is bool) bool { return domain == "" || !is })
	return slices.Sorted(maps.Keys(found)), nil
}
