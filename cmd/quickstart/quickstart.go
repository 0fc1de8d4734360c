// Package quickstart plays the guide "Using Workers" from beginning to end on this machine.
package quickstart

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
)

// RunFunc runs one command line of the program with the given dependencies and returns its exit code.
type RunFunc func(ctx context.Context, deps *cli.Deps, args []string) int

// builtin is the worker that needs nothing installed: a poll loop in this program.
const builtin = "builtin"

type options struct {
	lang string
	keep string
}

// New returns the command `orkesctl quickstart`. Every step but the server and the built-in worker is a command line given to run.
func New(deps *cli.Deps, run RunFunc) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use: "quickstart", Short: "See a worker go from code to running and authorised, on this machine, in one command",
		Long: `Play the guide "Using Workers" on this machine: a server of its own on a free port, a worker project, its task and
workflow, an application with a key and a grant, the worker running, a workflow completed; and then the same without the
grant. Everything is removed at the end, also on Ctrl-C.

The worker is the scaffolded Go project where Go is installed; otherwise, or with --lang builtin, one inside this program, which
needs no network at all.`,
		Example: "orkesctl quickstart\norkesctl quickstart --lang builtin\norkesctl quickstart --keep ./my-worker",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runQuickstart(cmd.Context(), deps, run, opts) },
	}
	cmd.Flags().StringVar(&opts.lang, "lang", "", "the worker's language: go|builtin (default: go where it is installed)")
	cmd.Flags().StringVar(&opts.keep, "keep", "", "keep the worker project in this `DIR`")
	_ = cmd.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions([]string{"go", builtin}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runQuickstart(ctx context.Context, deps *cli.Deps, run RunFunc, opts options) (err error) {
	if f := deps.Globals.Format; f.Structured() || f.Output == "name" || f.Output == "wide" {
		return cli.Usage("The steps one by one, for programs: orkesctl dev start -o json, orkesctl task define -o json, …",
			"the quickstart is told to people: -o, --jq and --template do not go with it")
	}
	s := &show{deps: deps, run: run, lang: opts.lang, strict: opts.lang != ""}
	if err := s.choose(); err != nil {
		return err
	}
	if err := s.makeFolders(opts.keep); err != nil {
		return err
	}
	defer func() {
		if failed := s.cleanUp(ctx); failed != nil {
			err = errors.Join(err, failed)
			return
		}
		if ctx.Err() != nil {
			s.leave(opts.keep)
		}
	}()
	if err := s.play(ctx); err != nil {
		return err
	}
	return s.farewell(opts.keep)
}

// choose settles the worker's language: Go where it is installed, unless another was asked for.
func (s *show) choose() error {
	_, err := exec.LookPath("go")
	switch s.lang {
	case builtin:
	case "":
		s.lang, s.noGo = "go", err != nil
		if s.noGo {
			s.lang = builtin
		}
	case "go":
		if err != nil {
			return cli.Failed("Without it: orkesctl quickstart --lang builtin   (or install Go: https://go.dev/dl)",
				"--lang go: no Go toolchain is installed: there is no go on the PATH")
		}
	default:
		return cli.Usage("One of: go, builtin", "--lang %s: the quickstart has no such worker", s.lang)
	}
	return nil
}

// makeFolders makes a temporary home, so that nothing of the person's own is touched, and the project's folder in it or where
// --keep says.
func (s *show) makeFolders(keep string) error {
	home, err := os.MkdirTemp("", "orkesctl-quickstart-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	s.home, s.project = home, filepath.Join(home, projectName)
	if keep == "" {
		return nil
	}
	keep = s.deps.Absolute(keep)
	if entries, err := os.ReadDir(keep); err == nil && len(entries) > 0 {
		_ = os.RemoveAll(home)
		return cli.Usage("Name a folder that does not exist yet: --keep ./my-worker", "--keep %s: the folder is not empty", keep)
	}
	s.project, s.kept = keep, true
	return nil
}

func (s *show) farewell(keep string) error {
	text := "Everything was removed. Keep it next time: orkesctl quickstart --keep ./my-worker"
	if s.kept {
		text = fmt.Sprintf("The project is in %s. Its server has gone, and its key with it; go on with:\n"+
			"  orkesctl dev start --detach && cd %s\n"+
			"  orkesctl task define && orkesctl workflow define\n"+
			"  orkesctl app create --role worker && orkesctl app key create --env-file .env\n"+
			"  orkesctl app grant --task %s --domain %s && orkesctl worker run", keep, keep, taskName, domainName)
	}
	_, err := fmt.Fprintf(s.deps.Term.Out, "\n%s\n", text)
	return err
}

// leave says after an interrupt what is left.
func (s *show) leave(keep string) {
	if s.kept {
		s.deps.Note("The server has gone. What there is of the project is in %s.", keep)
		return
	}
	s.deps.Note("Everything was removed: the server, the project and the worker.")
}
