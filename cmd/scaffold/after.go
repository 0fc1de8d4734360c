package scaffold

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/process"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// after does what was asked for beside the files: the dependencies, and the first commit.
func (o workerOptions) after(ctx context.Context, deps *cli.Deps, language *scaffold.Language, at target) error {
	p, err := project.At(at.dir)
	if err != nil || p == nil {
		return err
	}
	if o.install {
		for _, command := range p.Worker.Install {
			if err := run(ctx, deps, at.dir, command); err != nil {
				return cli.Hint(err, "The files are there; only the installation failed. %s, then: orkesctl worker install", language.Toolchain.Hint)
			}
		}
	}
	if o.git {
		if err := firstCommit(ctx, deps, at.dir); err != nil {
			return err
		}
	}
	if at.existing == nil {
		deps.Note("Next: cd %s && orkesctl task define && orkesctl workflow define", at.shown)
	}
	return nil
}

// firstCommit makes a repository of the project, unless it is part of one already: a repository inside another helps nobody.
func firstCommit(ctx context.Context, deps *cli.Deps, dir string) error {
	inside := process.Command{Args: []string{"git", "rev-parse", "--git-dir"}, Dir: dir, Stdout: io.Discard, Stderr: io.Discard}
	if process.Run(ctx, inside) == nil {
		deps.Note("note: %s is already in a git repository; commit it there", dir)
		return nil
	}
	for _, command := range [][]string{{"git", "init", "--quiet"}, {"git", "add", "--all"}, {"git", "commit", "--quiet", "--message", "Worker project made by orkesctl"}} {
		if err := run(ctx, deps, dir, command); err != nil {
			return cli.Hint(err, "The files are there; only the first commit failed. If git asks who you are:\n"+
				"  git config --global user.name NAME; git config --global user.email ADDRESS; git commit --all --message first")
		}
	}
	return nil
}

func run(ctx context.Context, deps *cli.Deps, dir string, command []string) error {
	err := process.Run(ctx, process.Command{Args: command, Dir: dir, Stdout: deps.Term.Err, Stderr: deps.Term.Err})
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s is not installed: %w", command[0], err)
	}
	return err
}

// showDiff prints what would change in files that exist, as a unified diff, and the names of those that would be new.
func showDiff(deps *cli.Deps, dir string, outcomes []scaffold.Outcome) error {
	for _, outcome := range outcomes {
		if outcome.Action == scaffold.Unchanged || outcome.Action == scaffold.ByHand {
			continue
		}
		name := filepath.ToSlash(filepath.Join(dir, outcome.File.Path))
		old := name
		if outcome.Action == scaffold.Create {
			old = "/dev/null"
		}
		if _, err := deps.Term.Out.Write(diff.Diff(old, outcome.Old, name, outcome.File.Content)); err != nil {
			return err
		}
	}
	noteByHand(deps, outcomes)
	return nil
}

func changes(dir string, outcomes []scaffold.Outcome, dryRun bool) []render.Change {
	list := make([]render.Change, 0, len(outcomes))
	for _, outcome := range outcomes {
		change := render.Change{
			Kind: "file", ID: filepath.ToSlash(filepath.Join(dir, outcome.File.Path)), Action: string(outcome.Action),
			Detail: fmt.Sprintf("%d bytes", len(outcome.File.Content)),
		}
		if outcome.Action == scaffold.ByHand {
			change.Detail = "has no place to register workers"
		}
		if dryRun && outcome.Action != scaffold.Unchanged {
			change.Word = "would be " + change.Action
		}
		list = append(list, change)
	}
	return list
}
