package schedule

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// turn pauses schedules or lets them come again.
type turn struct {
	verb, word string
	paused     bool // what they are afterwards
	do         func(ctx context.Context, client *conductor.Client, name string) error
}

func newPause(deps *cli.Deps) *cobra.Command {
	var reason string
	cmd := turn{verb: "pause", word: "paused", paused: true, do: func(ctx context.Context, client *conductor.Client, name string) error {
		return client.Schedules.Pause(ctx, name, reason)
	}}.command(deps)
	cmd.Short = "Pause schedules: nothing starts until they are resumed"
	cmd.Example = `orkesctl schedule pause nightly --reason "month-end closing"`
	cmd.Flags().StringVar(&reason, "reason", "", "why, for those who find it paused; some servers do not keep this `TEXT`")
	return cmd
}

func newResume(deps *cli.Deps) *cobra.Command {
	cmd := turn{verb: "resume", word: "resumed", do: func(ctx context.Context, client *conductor.Client, name string) error {
		return client.Schedules.Resume(ctx, name)
	}}.command(deps)
	cmd.Short = "Let paused schedules come again, from now on: what they missed is not made up for"
	cmd.Example = "orkesctl schedule resume nightly"
	return cmd
}

func (t turn) command(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: t.verb + " NAME…", Args: cli.Args("NAME…"), ValidArgsFunction: completeNames(deps),
		RunE: func(cmd *cobra.Command, args []string) error { return t.run(cmd.Context(), deps, args, dryRun) },
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func (t turn) run(ctx context.Context, deps *cli.Deps, names []string, dryRun bool) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	found, err := findAll(ctx, client, names, t.verb)
	if err != nil {
		return err
	}
	changes := make([]render.Change, 0, len(found))
	for _, schedule := range found {
		change := render.Change{Kind: kind, ID: schedule.Value.Name, Action: render.Updated, Word: t.word}
		if schedule.Value.Paused == t.paused {
			change.Action, change.Word = render.Unchanged, ""
		}
		changes = append(changes, change)
	}
	return deps.ChangeAll(t.verb, dryRun, changes, func(i int) error { return cli.Needs(t.do(ctx, client, names[i]), needs) })
}

func newDelete(deps *cli.Deps) *cobra.Command {
	return cli.Deleting{
		Argument: "NAME…", Short: "Delete schedules; what they started goes on",
		Example: "orkesctl schedule delete nightly\norkesctl schedule delete nightly hourly --yes",
		Kind:    kind, Noun: "schedule", Names: completeNames(deps),
		Find: func(ctx context.Context, client *conductor.Client, name string) (cli.Found, error) {
			_, err := find(ctx, client, name, "delete")
			return cli.Found{Name: name}, err
		},
		Delete: func(ctx context.Context, client *conductor.Client, f cli.Found) error {
			return cli.Needs(client.Schedules.Delete(ctx, f.Name), needs)
		},
	}.Command(deps)
}
