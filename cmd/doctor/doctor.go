// Package doctor holds the command that says what keeps workers from their tasks.
package doctor

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/file"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/render"
)

// Runner runs a command line of this program; --fix mends with the same commands that the findings name.
type Runner func(ctx context.Context, deps *cli.Deps, args []string) int

type options struct {
	only, skip, tasks, categories []string
	as, bundle                    string
	output                        cli.ReportOutput
	offline, fix, dryRun          bool
	limit, wait                   time.Duration
	run                           Runner
	after                         func(time.Duration) <-chan time.Time // for tests; nil is the clock
}

// defaultLimit is how long one question to the server may take.
const defaultLimit = 5 * time.Second

// New returns the command `orkesctl doctor`.
func New(deps *cli.Deps, run Runner) *cobra.Command {
	opts := options{run: run, output: reportOutput()}
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what keeps this project's workers from their tasks, and what to type",
		Long: `Examine everything between the code and its first task: the environment, the project, the connection, the two identities (yours
and the worker's), permissions, definitions, domains, queues and pollers. Each finding comes with its cause and the command that
mends it; a check whose need is not met is not made, so that one mistake is one finding. Nothing is polled, and nothing is changed
without --fix. That shows the commands, asks, and runs them as you: it grants, adds the role, registers definitions and writes the
worker's env file, and never deletes.

The ids of the checks are explained in docs/checks.md. Exit code 0: all is well, or only warnings; 5: something is broken.`,
		Example: "orkesctl doctor\norkesctl doctor --fix\norkesctl doctor --wait 2m -o short\norkesctl doctor --category permissions --as get-inventory-worker",
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
	flags.BoolVar(&o.fix, "fix", false, "mend what can be mended: show the commands, ask, run them, look again")
	flags.BoolVar(&o.dryRun, "dry-run", false, "with --fix: show the commands and run none")
	flags.DurationVar(&o.wait, "wait", 0, "look again until nothing is broken, for at most this `TIME`")
	flags.StringVar(&o.bundle, "bundle", "", "write the report and what it was made of, without a secret, into this zip `FILE`")
	o.output.Bind(cmd, "the report")
	_ = cmd.RegisterFlagCompletionFunc("task", cli.CompleteNames(deps, cli.TaskNames))
	_ = cmd.RegisterFlagCompletionFunc("category", cobra.FixedCompletions(categoryNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.MarkFlagFilename("bundle", "zip")
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
func outputs() []string { return []string{"table", "wide", "json", "yaml", "sarif", "junit", "short"} }

func reportOutput() cli.ReportOutput { return cli.ReportOutput{Forms: outputs()} }

// check refuses what was mistyped, and flags that do not fit together.
func (o *options) check(deps *cli.Deps) error {
	if err := o.output.Check(deps); err != nil {
		return err
	}
	if err := o.checkNames(); err != nil {
		return err
	}
	switch {
	case o.limit <= 0:
		return cli.Usage("Example: --timeout 30s", "--timeout %s: want a time above zero", o.limit)
	case o.wait < 0:
		return cli.Usage("Example: --wait 2m", "--wait %s: want a time that is not negative", o.wait)
	case o.fix && (o.offline || o.as != ""):
		return cli.Usage("Leave one of them out.", "--fix does not go with --offline and --as")
	case o.dryRun && !o.fix:
		return cli.Usage("Example: orkesctl doctor --fix --dry-run", "--dry-run is for --fix: nothing else changes anything")
	}
	return nil
}

// checkNames refuses checks and categories that do not exist: to leave them out would look like good health.
func (o *options) checkNames() error {
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
	looked, err := opts.look(ctx, deps)
	if err == nil && opts.fix {
		looked, err = opts.mend(ctx, deps, looked)
	}
	if err != nil {
		return err
	}
	if err := opts.show(deps, looked); err != nil {
		return err
	}
	if opts.bundle != "" {
		if err := opts.pack(ctx, deps, looked); err != nil {
			return err
		}
	}
	if looked.report.Failed() {
		return cli.Silent(cli.ExitFindings)
	}
	return nil
}

// look is one examination: what was seen, and what it means.
type look struct {
	facts  *doctor.Facts
	report doctor.Report
}

// between is how long --wait rests between two looks.
const between = time.Second

// look examines, with --wait again and again until nothing is broken or the time is over.
func (o *options) look(ctx context.Context, deps *cli.Deps) (look, error) {
	after := o.after
	if after == nil {
		after = time.After
	}
	for end, looking := deps.Now().Add(o.wait), deps; ; looking = again(deps) {
		facts, err := doctor.Gather(ctx, doctor.Sources{Deps: looking, Tasks: o.tasks, As: o.as, Offline: o.offline, Limit: o.limit})
		if err != nil {
			return look{}, fmt.Errorf("examine: %w", err)
		}
		seen := look{facts, doctor.Examine(facts, o.filter())}
		if seen.report.Healthy() || !deps.Now().Before(end) {
			return seen, nil
		}
		if first := seen.report.First(); first != nil && deps.Term.ErrTTY() {
			deps.Note("waiting: %s: %s", first.Label, first.Evidence)
		}
		select {
		case <-ctx.Done():
			return look{}, fmt.Errorf("wait: %w", ctx.Err())
		case <-after(between):
		}
	}
}

// again is the same dependencies with nothing kept, so that settings and files are read anew, and without the notes that were
// given before.
func again(deps *cli.Deps) *cli.Deps {
	silent := *deps.Term
	silent.Err = io.Discard
	fresh := cli.NewDeps(&silent, deps.Getenv, deps.Dir, deps.Version)
	fresh.Globals, fresh.Args, fresh.Now, fresh.Environ = deps.Globals, deps.Args, deps.Now, deps.Environ
	return fresh
}

func (o *options) show(deps *cli.Deps, seen look) error {
	format, report := deps.Globals.Format, seen.report
	switch {
	case o.output.Value == "sarif":
		file := ""
		if seen.facts.Project != nil {
			file = project.FileName
		}
		return render.Format{Output: "json"}.Document(deps.Term, report.SARIF(deps.Version, file))
	case o.output.Value == "junit":
		return report.JUnit(deps.Term.Out)
	case o.output.Value == "short":
		return report.Short(deps.Term.Out)
	case format.Structured():
		return format.Document(deps.Term, report)
	default:
		return report.Show(deps.Term, format.Output == "wide")
	}
}

// pack writes the support archive. What is there is not replaced without a word.
func (o *options) pack(ctx context.Context, deps *cli.Deps, seen look) error {
	path := deps.Absolute(o.bundle)
	if _, err := os.Stat(path); err == nil {
		if err := deps.Confirm(ctx, "Replace %s?", o.bundle); err != nil {
			return err
		}
	}
	data, err := doctor.Bundle(seen.facts, seen.report, deps.Version)
	if err != nil {
		return err
	}
	if err := file.WriteSecret(path, data); err != nil {
		return err
	}
	deps.Note("Wrote %s: the report, versions, variables' names, requests without their contents, orkesctl.yaml and the definitions. No secret is in it; read it before you send it.", o.bundle)
	return nil
}
