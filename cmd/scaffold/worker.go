package scaffold

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

type workerOptions struct {
	lang, variant  string
	build, manager string
	template       string
	tasks          []string
	from           []string
	fromServer     []string
	domain         string
	dir            string
	dryRun, diff   bool
	force          bool
	install, git   bool
}

func newWorker(deps *cli.Deps) *cobra.Command {
	var opts workerOptions
	cmd := &cobra.Command{
		Use: "worker", Short: "Make a worker project, or add a worker to one",
		Long: `Make a worker project: the worker with typed inputs and a graceful stop, its tests, the task and workflow definitions, and what
the language's users expect of a project. No secret is in any file, and nothing is run unless asked for (--install, --git).

With no other flag it is the guide's example: task get-inventory in domain john, in ./get-inventory-worker. Inside such a project
the command adds a worker for another task, its test, its definition and its registration, and touches nothing else. The same
call twice changes nothing; files that were edited are not overwritten without --force.`,
		Example: `orkesctl scaffold worker --lang python
orkesctl scaffold worker --lang java --variant spring --build gradle --task ship-order --domain eu
orkesctl scaffold worker --lang ts --from definitions/ship-order.yaml --install --git
cd get-inventory-worker && orkesctl scaffold worker --task ship-order --diff`,
		Args: cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.template != "" && opts.lang != "" {
				return cli.Usage("Leave one of them out: a template names its language itself.", "--template and --lang cannot be used together")
			}
			return runWorker(cmd.Context(), deps, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.lang, "lang", "", "the language (orkesctl scaffold list); inside a project it is the project's")
	flags.StringVar(&opts.variant, "variant", "", "a variant of the language, such as plain or spring")
	flags.StringVar(&opts.build, "build", "", "the build tool, where the language has more than one")
	flags.StringVar(&opts.manager, "package-manager", "", "the package manager, where the language has more than one")
	flags.StringVar(&opts.template, "template", "", "take the project's templates from this `DIR`, with a language.yaml in it")
	flags.StringArrayVar(&opts.tasks, "task", nil, "the `NAME` of a task to work on (repeatable; default get-inventory)")
	flags.StringArrayVar(&opts.from, "from", nil, "a `FILE` with task definitions: their keys or schemas become typed inputs and outputs (repeatable)")
	flags.StringArrayVar(&opts.fromServer, "from-server", nil, "the `NAME` of a task that the server has a definition of (repeatable)")
	flags.StringVar(&opts.domain, "domain", "", "the domain that the workers poll")
	flags.StringVar(&opts.dir, "dir", "", "the project's folder (default ./TASK-worker, or the project that you are in)")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "show the files, write nothing")
	flags.BoolVar(&opts.diff, "diff", false, "show the changes to existing files, write nothing")
	flags.BoolVar(&opts.force, "force", false, "overwrite files that were edited, naming each")
	flags.BoolVar(&opts.install, "install", false, "then install the dependencies, as the language does it")
	flags.BoolVar(&opts.git, "git", false, "then make a git repository with a first commit")
	_ = cmd.RegisterFlagCompletionFunc("lang", completeLanguages)
	return cmd
}

func (o workerOptions) choices() map[string]string {
	return map[string]string{"build": o.build, "package-manager": o.manager}
}

// target is where the project is or comes to be. existing is nil for a new one.
type target struct {
	dir      string // absolute
	shown    string // as people see it
	existing *project.Project
}

func runWorker(ctx context.Context, deps *cli.Deps, opts workerOptions) error {
	tasks, err := opts.wanted(ctx, deps)
	if err != nil {
		return err
	}
	at, err := opts.place(deps, tasks)
	if err != nil {
		return err
	}
	language, err := opts.language(at.existing)
	if err != nil {
		return err
	}
	plan, err := opts.plan(language, at, tasks)
	if err != nil {
		return cli.Usage("Example: orkesctl scaffold worker --lang "+language.Name+" --task ship-order", "%v", err)
	}
	if err := clash(at, plan); err != nil {
		return err
	}
	outcomes, err := scaffold.Compare(at.dir, plan, opts.force || opts.diff)
	if err != nil {
		return refused(err)
	}
	if opts.diff {
		return showDiff(deps, at.shown, outcomes)
	}
	if !opts.dryRun {
		if err := scaffold.Write(at.dir, outcomes); err != nil {
			return err
		}
	}
	if err := deps.Printer().Changes(changes(at.shown, outcomes, opts.dryRun)); err != nil {
		return err
	}
	noteByHand(deps, outcomes)
	if opts.dryRun {
		return nil
	}
	return opts.after(ctx, deps, language, at)
}

// wanted lists the tasks to work on: those of definitions, and those of names; with neither, the guide's example.
func (o workerOptions) wanted(ctx context.Context, deps *cli.Deps) ([]scaffold.Task, error) {
	tasks, err := fromDefinitions(ctx, deps, o.from, o.fromServer)
	if err != nil {
		return nil, err
	}
	return merge(tasks, o.tasks)
}

// merge puts named tasks behind the defined ones. Names that are defined too only choose among them.
func merge(defined []scaffold.Task, names []string) ([]scaffold.Task, error) {
	if len(names) == 0 && len(defined) > 0 {
		return defined, nil
	}
	if len(names) == 0 {
		names = []string{scaffold.GuideTask().Name}
	}
	var tasks []scaffold.Task
	for _, name := range names {
		task := scaffold.Task{Name: name}
		if name == scaffold.GuideTask().Name {
			task = scaffold.GuideTask()
		}
		for _, one := range defined {
			if one.Name == name {
				task = one
			}
		}
		tasks = append(tasks, task)
	}
	for _, one := range defined {
		if len(defined) == 1 && len(names) == 1 && one.Name != names[0] {
			return nil, cli.Usage("Leave --task out: the definition names the task.", "--task %s, and the definition is of %s", names[0], one.Name)
		}
	}
	return tasks, nil
}

// place finds the project: the named folder, else the project that the person is in, else a new folder named after the task.
func (o workerOptions) place(deps *cli.Deps, tasks []scaffold.Task) (target, error) {
	if o.dir == "" {
		p, err := deps.Project()
		if err != nil || p != nil {
			return target{dir: root(p), shown: shownDir(deps, p), existing: p}, err
		}
	}
	at := target{shown: o.dir}
	if at.shown == "" {
		at.shown = scaffold.ProjectName(tasks[0].Name) + "-worker"
	}
	at.dir = deps.Absolute(at.shown)
	p, err := project.At(at.dir)
	at.existing = p
	return at, err
}

func root(p *project.Project) string {
	if p == nil {
		return ""
	}
	return p.Root
}

func shownDir(deps *cli.Deps, p *project.Project) string {
	if p == nil {
		return ""
	}
	if shown, err := filepath.Rel(deps.Dir, p.Root); err == nil {
		return shown
	}
	return p.Root
}

// plan is that of a new project, of the same project again, or of what the tasks add to it.
func (o workerOptions) plan(language *scaffold.Language, at target, tasks []scaffold.Task) (scaffold.Plan, error) {
	spec := scaffold.Spec{
		Application: scaffold.ProjectName(tasks[0].Name) + "-worker", Domain: o.domain, Options: o.choices(), Tasks: tasks,
	}
	if p := at.existing; p != nil {
		spec.Application, spec.Options = p.Application, p.Origin.Options
		if o.domain == "" {
			spec.Domain = p.Domain
		}
	} else if guide := scaffold.GuideTask(); o.domain == "" && len(o.tasks) == 0 && tasks[0].Name == guide.Name && tasks[0].Definition == "" {
		spec.Domain = guide.Domain
	}
	var names []string
	for i := range spec.Tasks {
		spec.Tasks[i].Domain = spec.Domain
		names = append(names, spec.Tasks[i].Name)
	}
	if at.existing == nil || strings.Join(names, "\x00") == strings.Join(at.existing.Origin.Tasks, "\x00") {
		return language.Make(spec)
	}
	return language.Extend(spec)
}

func refused(err error) error {
	var conflict *scaffold.ConflictError
	var foreign *scaffold.NotProjectError
	switch {
	case errors.As(err, &conflict):
		return cli.Hint(err, "Nothing was written. Overwrite them: --force   ·   or look first: --diff")
	case errors.As(err, &foreign):
		return cli.Hint(err, "Name another folder: --dir NAME")
	default:
		return err
	}
}

func noteByHand(deps *cli.Deps, outcomes []scaffold.Outcome) {
	for _, outcome := range outcomes {
		if outcome.Action == scaffold.ByHand {
			deps.Note("note: %s has no place to register workers any more; add by hand:\n  %s",
				outcome.File.Path, strings.ReplaceAll(strings.TrimSpace(outcome.Text), "\n", "\n  "))
		}
	}
}
