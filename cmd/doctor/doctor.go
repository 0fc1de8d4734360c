// Package doctor holds the command that says what keeps workers from their tasks.
package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/doctor"
)

type options struct {
	only, skip, tasks, categories []string
	as, output                    string
	offline                       bool
	limit                         time.Duration
}

// defaultLimit is how long one question to the server may take.
const defaultLimit = 5 * time.Second

// New returns the command `orkesctl doctor`.
func New(deps *cli.Deps) *cobra.Command {
	opts := options{}
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what keeps this project's workers from their tasks, and what to type",
		Long: `Examine everything between the code and its first task: the environment, the project, the connection, the two identities (yours
and the worker's), permissions, definitions, domains, queues and pollers. Each finding comes with its cause and the command that
mends it; a check whose need is not met is not made, so that one mistake is one finding. Nothing is polled and nothing is changed.

The ids of the checks are explained in docs/checks.md. Exit code 0: all is well, or only warnings; 5: something is broken.`,
		Example: "orkesctl doctor\norkesctl doctor --task get-inventory\norkesctl doctor --category permissions --as get-inventory-worker",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opts.check(deps); err != nil {
				return err
			}
			return runDoctor(cmd.Context(), deps, opts)
		},
	}
	opts.bind(deps, cmd)
	cmd.AddCommand(newWhy(deps))
	return cmd
}

func (o *options) bind(deps *cli.Deps, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&o.only, "only", nil, "make only the checks with these `IDS`, such as ORK-PERM-003")
	flags.StringSliceVar(&o.skip, "skip", nil, "leave out the checks with these `IDS`")
	flags.StringArrayVar(&o.tasks, "task", nil, "examine this `TASK`, declared here or not (repeatable)")
	flags.StringSliceVar(&o.categories, "category", nil, "make only the checks of these `CATEGORIES`: "+strings.Join(categoryNames(), ", "))
	flags.StringVar(&o.as, "as", "", "examine what this `APPLICATION` may do, in place of the one whose key the worker has")
	flags.BoolVar(&o.offline, "offline", false, "ask no server")
	flags.DurationVar(&o.limit, "timeout", defaultLimit, "how long one question to the server may take")
	flags.StringVarP(&o.output, "output", "o", "", "how to print the report: "+strings.Join(outputs(), "|"))
	_ = cmd.RegisterFlagCompletionFunc("task", cli.CompleteNames(deps, cli.TaskNames))
	_ = cmd.RegisterFlagCompletionFunc("category", cobra.FixedCompletions(categoryNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(outputs(), cobra.ShellCompDirectiveNoFileComp))
	for _, name := range []string{"only", "skip"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(checkIDs(), cobra.ShellCompDirectiveNoFileComp))
	}
}

func categoryNames() []string {
	var names []string
	for _, category := range doctor.Categories() {
		names = append(names, string(category))
	}
	return names
}

func checkIDs() []string {
	var ids []string
	for _, check := range doctor.Checks() {
		ids = append(ids, check.ID)
	}
	return ids
}

// outputs are the forms of a report. Those that every command has go through the global flag; see check.
func outputs() []string { return []string{"table", "wide", "json", "yaml"} }

// check refuses what was mistyped: a check or a category that does not exist would look like good health.
func (o *options) check(deps *cli.Deps) error {
	if !slices.Contains(outputs(), o.output) && o.output != "" {
		return cli.Usage("One of: "+strings.Join(outputs(), ", "), "-o %s: unknown form of a report", o.output)
	}
	deps.Globals.Format.Output = o.output
	if err := deps.Globals.Format.Check(); err != nil {
		return err
	}
	for _, id := range slices.Concat(o.only, o.skip) {
		if !slices.ContainsFunc(checkIDs(), func(known string) bool { return strings.EqualFold(known, id) }) {
			return cli.Usage("They are listed in docs/checks.md, and by: orkesctl doctor -o wide", "no check %q", id)
		}
	}
	for _, name := range o.categories {
		if !slices.Contains(categoryNames(), name) {
			return cli.Usage("One of: "+strings.Join(categoryNames(), ", "), "no category %q", name)
		}
	}
	if o.limit <= 0 {
		return cli.Usage("Example: --timeout 30s", "--timeout %s: want a time above zero", o.limit)
	}
	return nil
}

func (o *options) filter() doctor.Filter {
	filter := doctor.Filter{Only: o.only, Skip: o.skip, Tasks: o.tasks}
	for _, name := range o.categories {
		filter.Categories = append(filter.Categories, doctor.Category(name))
	}
	return filter
}

func runDoctor(ctx context.Context, deps *cli.Deps, opts options) error {
	report, err := examine(ctx, deps, opts)
	if err != nil {
		return err
	}
	if err := show(deps, report); err != nil {
		return err
	}
	if report.Failed() {
		return cli.Silent(cli.ExitFindings)
	}
	return nil
}

func examine(ctx context.Context, deps *cli.Deps, opts options) (doctor.Report, error) {
	facts, err := doctor.Gather(ctx, doctor.Sources{Deps: deps, Tasks: opts.tasks, As: opts.as, Offline: opts.offline, Limit: opts.limit})
	if err != nil {
		return doctor.Report{}, fmt.Errorf("examine: %w", err)
	}
	return doctor.Examine(facts, opts.filter()), nil
}

func show(deps *cli.Deps, report doctor.Report) error {
	format := deps.Globals.Format
	if format.Structured() {
		return format.Document(deps.Term, report)
	}
	return report.Show(deps.Term, format.Output == "wide")
}
