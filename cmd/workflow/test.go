package workflow

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/flowtest"
	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type testOptions struct {
	mocks, input []string
	version      int
	name         string
	remote       bool
	output       cli.ReportOutput
}

func newTest(deps *cli.Deps) *cobra.Command {
	opts := testOptions{output: cli.ReportOutput{Forms: append(render.Outputs(), "junit")}}
	cmd := &cobra.Command{
		Use: "test FILE|NAME…", Short: "Run workflows with made-up outcomes of their tasks, and say what came otherwise than expected",
		Long: `Run workflows with made-up outcomes of their tasks, and compare what comes of them with what is expected. No worker is asked,
no time is waited, and nothing is left behind.

A FILE with tests names a workflow and has cases: input, mocks, and what is to come of it (docs/workflow-test.md). It runs in this
process, without a server; of a folder, each file with tests does. A FILE that is a definition, or the NAME of a workflow on the server, is one
case: it must complete. What a server has is tested there (POST /workflow/test), and with --remote every file is.

A mock is REF=OUTPUT (a JSON object, or @FILE with one), or REF=STATUS:REASON. Several for one reference are its attempts, in order.

Exit code 5: something came otherwise.`,
		Example: `orkesctl workflow test order.test.yaml
orkesctl workflow test tests -o junit >report.xml
orkesctl workflow test order.workflow.yaml --input total=12 --mock 'charge={"id":7}' -o wide
orkesctl workflow test order --mock 'charge=FAILED:no funds' --mock charge=COMPLETED`,
		Args: cli.Args("FILE|NAME…"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opts.output.Check(deps); err != nil {
				return err
			}
			if _, err := path.Match(opts.name, ""); err != nil {
				return cli.Usage("Example: --case 'declined*'", "--case %s: %w", opts.name, err)
			}
			return runTest(cmd.Context(), deps, args, opts)
		},
	}
	opts.bind(cmd)
	return cmd
}

func (o *testOptions) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&o.mocks, "mock", nil, "what comes of a task: `REF=OUTPUT` or REF=STATUS:REASON; repeat it for more")
	flags.StringArrayVarP(&o.input, "input", "i", nil, "an input as `NAME=VALUE`, over those of the cases; repeat it for more")
	flags.StringVar(&o.name, "case", "", "run only the cases with this `NAME`; * stands for any text")
	bindVersion(cmd, &o.version, "the `VERSION` of NAME; the latest where none is given")
	flags.BoolVar(&o.remote, "remote", false, "run files on the server too, with its definitions of tasks and of the workflows inside")
	o.output.Bind(cmd, "what came of the tests")
}

func runTest(ctx context.Context, deps *cli.Deps, args []string, opts testOptions) error {
	suites, err := opts.suites(deps, args)
	if err != nil {
		return err
	}
	var report flowtest.Report
	report.Tests = []flowtest.Result{}
	for _, suite := range suites {
		runner, err := opts.runner(deps, suite)
		if err != nil {
			return err
		}
		if err := report.Add(ctx, runner, suite, opts.wanted); err != nil {
			return err
		}
	}
	if report.Summary.Tests == 0 {
		return cli.NotFound("Leave out --case to run all.", "no case is called %q", opts.name)
	}
	if err := opts.show(deps, report); err != nil {
		return err
	}
	if report.Summary.Failed > 0 {
		return cli.Silent(cli.ExitFindings)
	}
	return nil
}

// wanted reports whether --case names a case.
func (o *testOptions) wanted(name string) bool {
	match, _ := path.Match(o.name, name)
	return o.name == "" || o.name == name || match
}

// suites reads what the arguments name.
func (o *testOptions) suites(deps *cli.Deps, args []string) ([]flowtest.Suite, error) {
	mocks, err := flowtest.ParseMocks(o.mocks, func(name string) ([]byte, error) {
		return os.ReadFile(deps.Absolute(name))
	})
	if err != nil {
		return nil, cli.Usage(`Example: --mock 'charge={"id":7}'   ·   --mock 'charge=FAILED:no funds'`, "--mock %w", err)
	}
	inputs, err := keyvalue.Inputs(o.input)
	if err != nil {
		return nil, cli.Usage("Example: --input product_id=42", "--input %w", err)
	}
	var suites []flowtest.Suite
	var problems []manifest.Problem
	loader := flowtest.Loader{Shown: deps.Relative}
	for _, arg := range args {
		file := deps.Absolute(arg)
		_, statErr := os.Stat(file)
		if statErr != nil && !flowtest.IsFile(arg) {
			suites = append(suites, flowtest.Of(arg, o.version).With(inputs, mocks))
			continue
		}
		found, wrong, err := loader.Load(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, cli.NotFound("Example: orkesctl workflow test order.test.yaml", "%s: no such file", arg)
		case err != nil:
			return nil, err
		case len(found) == 0 && len(wrong) == 0:
			return nil, cli.NotFound("A test file has tests: and workflow:; see docs/workflow-test.md", "no tests in %s", arg)
		}
		for _, suite := range found {
			suites = append(suites, suite.With(inputs, mocks))
		}
		problems = append(problems, wrong...)
	}
	if len(problems) > 0 {
		return nil, define.Refuse(deps, problems, "nothing was run")
	}
	return suites, nil
}

// runner is this process for what is in files, unless the server is asked for.
func (o *testOptions) runner(deps *cli.Deps, suite flowtest.Suite) (flowtest.Runner, error) {
	if suite.Def != nil && !o.remote {
		return flowtest.Local{}, nil
	}
	client, err := deps.Client()
	if err != nil {
		return nil, err
	}
	return flowtest.Remote{Server: &testServer{client: client}}, nil
}

// testServer asks a server what the cases of one suite need of it.
type testServer struct {
	client *conductor.Client
	def    *conductor.WorkflowDef // read once: a suite is about one workflow
}

// Definition reads the workflow's definition.
func (s *testServer) Definition(ctx context.Context, name string, version int) (conductor.WorkflowDef, error) {
	if s.def == nil {
		def, err := lookup(ctx, s.client, name, version, "test")
		if err != nil {
			return conductor.WorkflowDef{}, err
		}
		s.def = &def.Value
	}
	return *s.def, nil
}

// Test runs one case.
func (s *testServer) Test(ctx context.Context, request conductor.WorkflowTestRequest) (conductor.Workflow, error) {
	got, err := s.client.Workflows.Test(ctx, request)
	return got.Value, err
}

// Execution reads a workflow that ran inside a test.
func (s *testServer) Execution(ctx context.Context, id string) (conductor.Workflow, error) {
	got, err := s.client.Workflows.Get(ctx, id, true)
	return got.Value, err
}

func (o *testOptions) show(deps *cli.Deps, report flowtest.Report) error {
	format := deps.Globals.Format
	switch {
	case o.output.Value == "junit":
		return report.JUnit(deps.Term.Out)
	case format.Structured():
		return format.Document(deps.Term, report)
	case format.Output == "name":
		view := render.View[flowtest.Result]{Kind: "test", Name: func(r flowtest.Result) string { return r.Name }}
		return render.List(deps.Printer(), view, report.Tests)
	}
	if err := report.Show(deps.Term, format.Output == "wide"); err != nil {
		return err
	}
	s := report.Summary
	deps.Note("%s: %d passed, %d failed", render.Count(s.Tests, "test"), s.Passed, s.Failed)
	return nil
}
