package scaffold

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
	"github.com/orkesctl/orkesctl/templates"
)

type workerOptions struct {
	lang   string
	tasks  []string
	domain string
	dir    string
	dryRun bool
	force  bool
}

func newWorker(deps *cli.Deps) *cobra.Command {
	var opts workerOptions
	cmd := &cobra.Command{
		Use: "worker", Short: "Make a worker project: code, tests, definitions, Dockerfile",
		Long: `Make a worker project: the worker with a graceful stop, its test, the task and workflow definitions, and what the language's
users expect of a project. No secret is in any file.

With no other flag it is the guide's example: task get-inventory in domain john, in ./get-inventory-worker. The same call twice
changes nothing; files that were edited are not overwritten without --force.`,
		Example: "orkesctl scaffold worker --lang go\norkesctl scaffold worker --lang go --task ship-order --domain eu --dir shipping",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runWorker(cmd.Context(), deps, opts) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.lang, "lang", "", "the language (orkesctl scaffold list)")
	flags.StringArrayVar(&opts.tasks, "task", nil, "the `NAME` of a task to work on (repeatable; default get-inventory)")
	flags.StringVar(&opts.domain, "domain", "", "the domain that the workers poll")
	flags.StringVar(&opts.dir, "dir", "", "the project's folder (default ./TASK-worker)")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "show the files, write nothing")
	flags.BoolVar(&opts.force, "force", false, "overwrite files that were edited")
	_ = cmd.RegisterFlagCompletionFunc("lang", completeLanguages)
	return cmd
}

func languages() ([]*scaffold.Language, error) {
	return scaffold.Languages(templates.FS(), func(data []byte, v any) error {
		text, err := manifest.ToJSON(data)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, v)
	})
}

func completeLanguages(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	list, err := languages()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	names := make([]string, 0, len(list))
	for _, language := range list {
		names = append(names, language.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func choose(word string) (*scaffold.Language, error) {
	list, err := languages()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(list))
	for _, language := range list {
		names = append(names, language.Name)
	}
	hint := "One of: " + strings.Join(names, ", ") + "\nExample: orkesctl scaffold worker --lang " + names[0]
	if word == "" {
		return nil, cli.Usage(hint, "which language? --lang is missing")
	}
	language, found := scaffold.Choose(list, word)
	if !found {
		return nil, cli.Usage(hint, "--lang %s: there is no template for it", word)
	}
	return language, nil
}

// spec is the project that the flags ask for.
func (o workerOptions) spec() (spec scaffold.Spec, dir string) {
	spec.Domain = o.domain
	guide := scaffold.GuideTask()
	if len(o.tasks) == 0 {
		o.tasks = []string{guide.Name}
		if o.domain == "" {
			spec.Domain = guide.Domain
		}
	}
	for _, name := range o.tasks {
		task := scaffold.Task{Name: name}
		if name == guide.Name {
			task = guide
		}
		task.Domain = spec.Domain
		spec.Tasks = append(spec.Tasks, task)
	}
	dir = o.dir
	if dir == "" {
		dir = scaffold.ProjectName(spec.Tasks[0].Name) + "-worker"
	}
	spec.Application = scaffold.ProjectName(spec.Tasks[0].Name) + "-worker"
	return spec, dir
}

func runWorker(_ context.Context, deps *cli.Deps, opts workerOptions) error {
	language, err := choose(opts.lang)
	if err != nil {
		return err
	}
	spec, dir := opts.spec()
	plan, err := language.Plan(spec)
	if err != nil {
		return cli.Usage("Example: orkesctl scaffold worker --lang "+language.Name+" --task ship-order", "%v", err)
	}
	target := dir
	if !filepath.IsAbs(target) {
		target = filepath.Join(deps.Dir, target)
	}
	outcomes, err := scaffold.Compare(target, plan, opts.force)
	if err != nil {
		return refused(err)
	}
	if !opts.dryRun {
		if err := scaffold.Write(target, outcomes); err != nil {
			return err
		}
	}
	if err := deps.Printer().Changes(changes(dir, outcomes, opts.dryRun)); err != nil {
		return err
	}
	if !opts.dryRun {
		deps.Note("Next: cd %s && orkesctl task define && orkesctl workflow define", dir)
	}
	return nil
}

func refused(err error) error {
	var conflict *scaffold.ConflictError
	var foreign *scaffold.NotProjectError
	switch {
	case errors.As(err, &conflict):
		return cli.Hint(err, "Nothing was written. Overwrite them: --force   ·   or look first: --dry-run --force")
	case errors.As(err, &foreign):
		return cli.Hint(err, "Name another folder: --dir NAME")
	default:
		return err
	}
}

func changes(dir string, outcomes []scaffold.Outcome, dryRun bool) []render.Change {
	list := make([]render.Change, 0, len(outcomes))
	for _, outcome := range outcomes {
		change := render.Change{
			Kind: "file", ID: filepath.ToSlash(filepath.Join(dir, outcome.File.Path)), Action: string(outcome.Action),
			Detail: fmt.Sprintf("%d bytes", len(outcome.File.Content)),
		}
		if dryRun && outcome.Action != scaffold.Unchanged {
			change.Word = "would be " + change.Action
		}
		list = append(list, change)
	}
	return list
}
