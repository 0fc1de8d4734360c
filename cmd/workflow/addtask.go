package workflow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/compose"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type addOptions struct {
	ref, taskType string
	place         compose.Place
	inputs        []string
	optional      bool
	cacheKey      string
	cacheTTL      time.Duration
	version       int
	newVersion    bool
	file          string
	dryRun        bool
}

func newAddTask(deps *cli.Deps) *cobra.Command {
	var opts addOptions
	cmd := &cobra.Command{
		Use: "add-task WORKFLOW TASK", Short: "Add a task to a workflow, on the server or in a file",
		Long: `Add a task to a workflow definition: on the server, or with -f in a file, whose comments and order stay.

The task goes to the end, or where --first, --after, --before and --in say; inside a SWITCH (--in REF:CASE, also
REF:default), a branch of a FORK_JOIN (--in REF:0) or a DO_WHILE (--in REF). Inputs that the task's definition names
(inputKeys) and --input does not give are wired to the workflow's input of that name, or to the output of an earlier task.`,
		Example: `orkesctl workflow add-task order get-inventory --after validate
orkesctl workflow add-task order get-inventory -f order.workflow.yaml --dry-run
orkesctl workflow add-task order notify --in decide:refused --input 'channel=mail' --optional
orkesctl workflow add-task order get-price --cache-key '${product_id}' --cache-ttl 5m --new-version`,
		Args: cli.Args("WORKFLOW", "TASK"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAddTask(cmd.Context(), deps, args[0], args[1], opts)
		},
	}
	opts.bind(cmd)
	return cmd
}

func (o *addOptions) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.ref, "ref", "", "the task's reference `NAME` in the workflow; a free one is chosen where none is given")
	flags.StringVar(&o.place.After, "after", "", "put it behind the task with this reference `NAME`")
	flags.StringVar(&o.place.Before, "before", "", "put it before the task with this reference `NAME`")
	flags.BoolVar(&o.place.First, "first", false, "put it at the beginning")
	flags.StringVar(&o.place.In, "in", "", "put it inside the task `REF[:CASE]`: a case, a branch or a loop")
	flags.StringVar(&o.taskType, "type", "SIMPLE", "the task's `TYPE`; SIMPLE is a worker's")
	flags.StringArrayVarP(&o.inputs, "input", "i", nil, "an input as `NAME=VALUE`, JSON or text, such as id=${workflow.input.id}")
	flags.BoolVar(&o.optional, "optional", false, "the workflow goes on when the task fails")
	flags.StringVar(&o.cacheKey, "cache-key", "", "reuse the output of an earlier run with this `KEY`, such as ${product_id} (Orkes)")
	flags.DurationVar(&o.cacheTTL, "cache-ttl", 0, "how long an output is reused, such as 5m")
	bindVersion(cmd, &o.version, "the `VERSION` to change; the latest where none is given")
	flags.BoolVar(&o.newVersion, "new-version", false, "leave that version as it is, and write the next one")
	flags.StringVarP(&o.file, "file", "f", "", "change the definition in this `FILE` instead of the server's")
	cli.BindDryRun(cmd, &o.dryRun)
}

// check refuses flags that contradict each other.
func (o *addOptions) check() error {
	const hint = "Example: orkesctl workflow add-task order get-inventory --after validate"
	places := 0
	for _, given := range []bool{o.place.After != "", o.place.Before != "", o.place.First} {
		if given {
			places++
		}
	}
	switch {
	case places > 1:
		return cli.Usage(hint, "--after, --before and --first cannot be used together")
	case (o.cacheKey == "") != (o.cacheTTL == 0):
		return cli.Usage("Example: --cache-key '${product_id}' --cache-ttl 5m", "--cache-key and --cache-ttl go together")
	case o.cacheTTL < 0 || o.cacheTTL%time.Second != 0:
		return cli.Usage("Example: --cache-ttl 5m", "--cache-ttl %s: want whole seconds", o.cacheTTL)
	case o.file != "" && o.newVersion:
		return cli.Usage("Change the version in the file yourself.", "--new-version is for the server's definitions")
	}
	return nil
}

func (o *addOptions) addition(task string) (compose.Addition, error) {
	add := compose.Addition{
		Name: task, Ref: o.ref, Type: strings.ToUpper(o.taskType), Place: o.place, Optional: o.optional,
		CacheKey: o.cacheKey, CacheSeconds: int64(o.cacheTTL / time.Second),
	}
	inputs, err := keyvalue.Inputs(o.inputs)
	if err != nil {
		return add, cli.Usage("Example: --input 'id=${workflow.input.id}'", "--input %w", err)
	}
	add.Inputs = inputs
	return add, nil
}

func runAddTask(ctx context.Context, deps *cli.Deps, workflow, task string, opts addOptions) error {
	if err := opts.check(); err != nil {
		return err
	}
	add, err := opts.addition(task)
	if err != nil {
		return err
	}
	if opts.file != "" {
		return addToFile(ctx, deps, workflow, add, opts)
	}
	return addOnServer(ctx, deps, workflow, add, opts)
}

func addOnServer(ctx context.Context, deps *cli.Deps, workflow string, add compose.Addition, opts addOptions) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	def, err := lookup(ctx, client, workflow, opts.version, "add-task")
	if err != nil {
		return err
	}
	defs, err := taskDefs(ctx, client)
	if err != nil {
		return err
	}
	know(&add, defs)
	changed, err := addTo(def.Raw, add)
	if err != nil {
		return err
	}
	version := def.Value.Version
	if opts.newVersion && len(changed.plan.Edits) > 0 {
		if version, err = changed.raise(ctx, client, workflow); err != nil {
			return err
		}
	}
	if err := printAddition(deps, changed, fmt.Sprintf("workflow/%s v%d", workflow, version)); err != nil {
		return err
	}
	change := render.Change{Kind: kind, ID: workflow, Version: version, Action: changed.action(opts.newVersion)}
	if opts.dryRun {
		change.Word = define.Would(change.Action)
	} else if change.Action != render.Unchanged {
		if err := client.WorkflowDefs.Create(ctx, changed.raw, conductor.PutOptions{Overwrite: !opts.newVersion}); err != nil {
			return err
		}
	}
	if err := deps.Printer().Changes([]render.Change{change}); err != nil {
		return err
	}
	advise(ctx, deps, client, add, defs)
	return nil
}

func taskDefs(ctx context.Context, client *conductor.Client) ([]conductor.TaskDef, error) {
	documents, err := client.TaskDefs.List(ctx)
	defs := make([]conductor.TaskDef, 0, len(documents))
	for _, document := range documents {
		defs = append(defs, document.Value)
	}
	return defs, err
}
