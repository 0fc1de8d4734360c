package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Marker is the file by which a folder is known to be a worker project.
const Marker = "orkesctl.yaml"

// Action is what becomes of one file.
type Action string

// The actions.
const (
	Create    Action = "created"
	Unchanged Action = "unchanged"
	Overwrite Action = "overwritten" // only with Force
	Insert    Action = "updated"     // a line was added
	ByHand    Action = "by hand"     // the place for a line is gone: somebody must add it
)

// Outcome is one file of a plan and what became of it, or would.
type Outcome struct {
	File   File
	Action Action
	Old    []byte // what is there now
	Text   string // what was or has to be added: Insert, ByHand
}

// ConflictError names files that were edited since they were made: they are not overwritten without force.
type ConflictError struct{ Paths []string }

// Error names each file.
func (e *ConflictError) Error() string {
	return "these files exist and are not as they would be made:\n  " + strings.Join(e.Paths, "\n  ")
}

// NotProjectError names a folder that holds something else than a worker project.
type NotProjectError struct{ Dir string }

// Error names the folder.
func (e *NotProjectError) Error() string {
	return fmt.Sprintf("%s is not empty and not a worker project (it has no %s)", e.Dir, Marker)
}

// Compare says for each file of the plan what writing it to dir would do. Without force, a file that differs is a ConflictError.
func Compare(dir string, plan Plan, force bool) ([]Outcome, error) {
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	var outcomes []Outcome
	var edited []string
	made := map[string]bool{}
	for _, file := range plan.Files {
		action := Create
		old, err := read(dir, file.Path)
		registers := slices.ContainsFunc(plan.Additions, func(a Addition) bool { return a.Path == file.Path })
		switch {
		case err == nil && registers:
			continue
		case err == nil && bytes.Equal(old, file.Content):
			action = Unchanged
		case err == nil:
			action = Overwrite
			edited = append(edited, file.Path)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("look at the project: %w", err)
		}
		made[file.Path] = true
		outcomes = append(outcomes, Outcome{File: file, Action: action, Old: old})
	}
	for _, addition := range plan.Additions {
		if made[addition.Path] {
			continue
		}
		var err error
		if outcomes, err = compareAddition(dir, addition, outcomes); err != nil {
			return nil, err
		}
	}
	if len(edited) > 0 && !force {
		return outcomes, &ConflictError{edited}
	}
	return outcomes, nil
}

// compareAddition adds what becomes of one addition; several to one file are one outcome.
func compareAddition(dir string, addition Addition, outcomes []Outcome) ([]Outcome, error) {
	at := slices.IndexFunc(outcomes, func(o Outcome) bool { return o.File.Path == addition.Path && o.Action != ByHand })
	if at < 0 {
		old, err := read(dir, addition.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look at the project: %w", err)
		}
		outcomes = append(outcomes, Outcome{File: File{Path: addition.Path, Mode: 0o644, Content: old}, Action: Unchanged, Old: old})
		at = len(outcomes) - 1
	}
	text, err := addition.insert(outcomes[at].File.Content)
	switch {
	case errors.Is(err, ErrNoMarker):
		return append(outcomes, Outcome{File: File{Path: addition.Path}, Action: ByHand, Text: addition.Text}), nil
	case err != nil:
		return nil, err
	case !bytes.Equal(text, outcomes[at].File.Content):
		outcomes[at].File.Content, outcomes[at].Action = text, Insert
		outcomes[at].Text += addition.Text + "\n"
	}
	return outcomes, nil
}

func read(dir, path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(dir, filepath.FromSlash(path))) //nolint:gosec // below the folder that the user named
}

func checkFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the folder: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, Marker)); len(entries) > 0 && err != nil {
		return &NotProjectError{dir}
	}
	return nil
}

// Write carries out what Compare found. Nothing is written outside dir: a link that leads out of it is an error.
func Write(dir string, outcomes []Outcome) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a project's folder is not secret
		return fmt.Errorf("make the project's folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the project's folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	made := map[string]bool{".": true}
	for _, outcome := range outcomes {
		if outcome.Action == Unchanged || outcome.Action == ByHand {
			continue
		}
		err := makeDirs(root, path.Dir(outcome.File.Path), made)
		if err == nil {
			err = writeFile(root, outcome.File)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", outcome.File.Path, err)
		}
	}
	return nil
}

func writeFile(root *os.Root, file File) error {
	temp := file.Path + ".orkesctl-new"
	f, err := root.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, file.Mode)
	if err != nil {
		return err
	}
	_, err = f.Write(file.Content)
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(temp, file.Path)
	}
	if err != nil {
		_ = root.Remove(temp)
	}
	return err
}

// makeDirs makes a folder and those above it, but for those already made.
func makeDirs(root *os.Root, dir string, made map[string]bool) error {
	if made[dir] {
		return nil
	}
	if err := makeDirs(root, path.Dir(dir), made); err != nil {
		return err
	}
	if err := root.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	made[dir] = true
	return nil
}
