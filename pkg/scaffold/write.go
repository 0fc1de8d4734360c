package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
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
	Overwrite Action = "updated" // only with Force
)

// Outcome is one file of a plan and what became of it, or would.
type Outcome struct {
	File   File
	Action Action
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
func Compare(dir string, plan []File, force bool) ([]Outcome, error) {
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	var outcomes []Outcome
	var edited []string
	for _, file := range plan {
		action := Create
		old, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file.Path))) //nolint:gosec // below the folder that the user named
		switch {
		case err == nil && bytes.Equal(old, file.Content):
			action = Unchanged
		case err == nil:
			action = Overwrite
			edited = append(edited, file.Path)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("look at the project: %w", err)
		}
		outcomes = append(outcomes, Outcome{file, action})
	}
	if len(edited) > 0 && !force {
		return outcomes, &ConflictError{edited}
	}
	return outcomes, nil
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
	for _, outcome := range outcomes {
		if outcome.Action == Unchanged {
			continue
		}
		if err := writeFile(root, outcome.File); err != nil {
			return fmt.Errorf("write %s: %w", outcome.File.Path, err)
		}
	}
	return nil
}

func writeFile(root *os.Root, file File) error {
	if err := makeDirs(root, path.Dir(file.Path)); err != nil {
		return err
	}
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

func makeDirs(root *os.Root, dir string) error {
	if dir == "." {
		return nil
	}
	if err := makeDirs(root, path.Dir(dir)); err != nil {
		return err
	}
	if err := root.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
