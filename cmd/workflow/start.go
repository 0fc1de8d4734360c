package workflow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/follow"
	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxInput bounds an input file: 10 MB, more than servers take.
const maxInput = 10 << 20

type startOptions struct {
	version        int
	input          []string
	inputFile      string
	domains        []string
	correlationID  string
	priority       int
	idempotencyKey string
	wait, watch    bool
	timeout        time.Duration
	dryRun         bool
}

func newStart(deps *cli.Deps) *cobra.Command {
	var opts startOptions
	cmd := &cobra.Command{
		Use: "start NAME", Short: "Start a workflow, and wait for its end if you like",
		Long: `Start a workflow. An input's value is JSON where it parses as JSON, else text: n=42 is a number, id=x7 a text,
id='"42"' the text 42.

With --wait the command ends when the workflow does, with exit code 6 when it did not complete. With --watch it also draws
the tasks in place on a terminal.`,
		Example: `orkesctl workflow start get-inventory-demo --input product_id=42 --wait
orkesctl workflow start get-inventory-demo --input product_id=42 --domain get-inventory=john
orkesctl workflow start order --input-file order.json --correlation-id 4711 --priority 10
id=$(orkesctl workflow start order --jq .workflowId)`,
		Args: cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case cmd.Flags().Changed("timeout") && !opts.wait && !opts.watch:
				return cli.Usage(cli.UsageHint(cmd), "--timeout goes with --wait or --watch")
			case opts.timeout < 0:
				return cli.Usage("Example: --timeout 30s", "--timeout %s: a time is not less than 0", opts.timeout)
			}
			return runStart(cmd.Context(), deps, args[0], opts)
		},
	}
	opts.bind(cmd)
	return cmd
}

func (o *startOptions) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	bindVersion(cmd, &o.version, "the `VERSION` to start; the latest where none is given")
	flags.StringArrayVarP(&o.input, "input", "i", nil, "an input as `NAME=VALUE`; repeat it for more")
	flags.StringVarP(&o.inputFile, "input-file", "f", "", "the input as a JSON or YAML `FILE`, - for standard input; --input adds to it")
	flags.StringSliceVar(&o.domains, "domain", nil, "run a task in a domain: `TASK=DOMAIN`; * stands for every task")
	flags.StringVar(&o.correlationID, "correlation-id", "", "your own `ID`, to find the execution by")
	flags.IntVar(&o.priority, "priority", 0, "0 to 99, higher first")
	flags.StringVar(&o.idempotencyKey, "idempotency-key", "", "a `KEY`: a second start with it returns the first execution")
	flags.BoolVarP(&o.wait, "wait", "w", false, "wait until the workflow has ended; exit 6 when it did not complete")
	flags.BoolVar(&o.watch, "watch", false, "wait, and draw the tasks as they go")
	flags.DurationVar(&o.timeout, "timeout", 0, "how long to wait, such as 30s; 0 means without end")
	flags.BoolVar(&o.dryRun, "dry-run", false, "check the request and show it, and start nothing")
}

func runStart(ctx context.Context, deps *cli.Deps, name string, opts startOptions) error {
	request, err := opts.request(deps, name)
	if err != nil {
		return err
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	if opts.dryRun {
		return showRequest(ctx, deps, client, request, opts.version)
	}
	id, err := client.Workflows.Start(ctx, request)
	if err != nil {
		return notFound(ctx, client, name, opts.version, "start", err)
	}
	if opts.wait || opts.watch {
		return await(ctx, deps, client, id, opts)
	}
	return printStarted(ctx, deps, client, name, id)
}

func (o *startOptions) request(deps *cli.Deps, name string) (conductor.StartWorkflowRequest, error) {
	request := conductor.StartWorkflowRequest{
		Name: name, CorrelationID: o.correlationID, Priority: o.priority, IdempotencyKey: o.idempotencyKey,
	}
	if o.priority < 0 || o.priority > 99 {
		return request, cli.Usage("Example: --priority 10", "--priority %d: not from 0 to 99", o.priority)
	}
	if o.version != 0 {
		request.Version = &o.version
	}
	if o.idempotencyKey != "" {
		request.IdempotencyStrategy = "RETURN_EXISTING"
	}
	domains, err := keyvalue.Pairs(o.domains)
	if err != nil {
		return request, cli.Usage("Example: --domain get-inventory=john", "--domain %w", err)
	}
	request.TaskToDomain = domains
	if request.Input, err = o.readInput(deps); err != nil {
		return request, err
	}
	inputs, err := keyvalue.Inputs(o.input)
	if err != nil {
		return request, cli.Usage("Example: --input product_id=42", "--input %w", err)
	}
	maps.Copy(request.Input, inputs)
	return request, nil
}

func (o *startOptions) readInput(deps *cli.Deps) (map[string]any, error) {
	if o.inputFile == "" {
		return map[string]any{}, nil
	}
	source := deps.Term.In
	if o.inputFile != "-" {
		file, err := os.Open(deps.Absolute(o.inputFile))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, cli.NotFound("Example: --input-file order.json   ·   standard input: --input-file -", "--input-file %s: no such file", o.inputFile)
		case err != nil:
			return nil, fmt.Errorf("--input-file: %w", err)
		}
		defer func() { _ = file.Close() }()
		source = file
	}
	data, err := io.ReadAll(io.LimitReader(source, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("--input-file %s: %w", o.inputFile, err)
	}
	if len(data) > maxInput {
		return nil, cli.Failed("Servers refuse that much; pass a reference to the data.", "--input-file %s: more than 10 MB", o.inputFile)
	}
	text, err := manifest.ToJSON(data)
	if err != nil {
		return nil, cli.Failed("It must hold one JSON or YAML object.", "--input-file %s: %w", o.inputFile, err)
	}
	input := map[string]any{}
	if err := conductor.Decode(text, &input); err != nil || input == nil {
		return nil, cli.Failed("Example: {\"product_id\": 42}", "--input-file %s: not an object", o.inputFile)
	}
	return input, nil
}

func await(ctx context.Context, deps *cli.Deps, client *conductor.Client, id string, opts startOptions) error {
	header := func(p render.Printer, execution conductor.Workflow) error {
		change := render.Change{
			Kind: kind, ID: execution.WorkflowName, Version: execution.WorkflowVersion,
			Action: render.Created, Word: "started", Detail: id,
		}
		return p.Changes([]render.Change{change})
	}
	execution, outcome := follow.Show(ctx, deps, client.Workflows, follow.Options{
		ID: id, Timeout: opts.timeout, Live: opts.watch, Header: header,
	})
	format := deps.Globals.Format
	if execution.Raw != nil && (format.Structured() || format.Output == "name") {
		if err := render.One(deps.Printer(), executionView(), execution); err != nil {
			return err
		}
	}
	return outcome
}

func executionView() render.View[conductor.Document[conductor.Workflow]] {
	return render.View[conductor.Document[conductor.Workflow]]{
		Kind: "execution",
		Name: func(e conductor.Document[conductor.Workflow]) string { return e.Value.WorkflowID },
	}
}

// started is what `workflow start` makes: an execution, named by its id.
type started struct {
	WorkflowID string `json:"workflowId"`
}

// printStarted names the execution; to people also the version that runs, where the server lets them read it.
func printStarted(ctx context.Context, deps *cli.Deps, client *conductor.Client, name, id string) error {
	p := deps.Printer()
	if p.Format.Structured() || p.Format.Output == "name" {
		view := render.View[started]{Kind: "execution", Name: func(s started) string { return s.WorkflowID }}
		return render.One(p, view, started{WorkflowID: id})
	}
	change := render.Change{Kind: kind, ID: name, Action: render.Created, Word: "started", Detail: id}
	if execution, err := client.Workflows.Get(ctx, id, false); err == nil {
		change.Version = execution.Value.WorkflowVersion
	}
	err := p.Changes([]render.Change{change})
	if err == nil && p.Term.OutTTY() {
		deps.Note("Follow it: orkesctl execution watch %s", id)
	}
	return err
}

// showRequest says what --dry-run would start; that the workflow exists is checked.
func showRequest(ctx context.Context, deps *cli.Deps, client *conductor.Client, request conductor.StartWorkflowRequest, version int) error {
	def, err := lookup(ctx, client, request.Name, version, "start")
	if err != nil {
		return err
	}
	details := make([]string, 0, len(request.TaskToDomain)+1)
	details = append(details, "input "+follow.Value(request.Input))
	if len(request.TaskToDomain) > 0 {
		details = append(details, "domains "+follow.Value(request.TaskToDomain))
	}
	return deps.Printer().Changes([]render.Change{{
		Kind: kind, ID: request.Name, Version: def.Value.Version, Action: render.Created,
		Word: "would start", Detail: strings.Join(details, ", "),
	}})
}
