// Package project reads what a worker project says of itself: orkesctl.yaml at its root, and the worker's key in its .env.
package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// FileName is the project file's name.
const FileName = "orkesctl.yaml"

// Project is a folder with an orkesctl.yaml. Root is absolute.
type Project struct {
	Root        string            `json:"-"`
	Application string            `json:"application"`
	Domain      string            `json:"domain"`
	Definitions string            `json:"definitions"`
	Worker      Worker            `json:"worker"`
	Origin      Origin            `json:"scaffold"`
	Env         string            `json:"env"`
	Tasks       map[string]string `json:"tasks"`
}

// Worker says how the project's workers are launched: programs with their arguments, run at the project's root one after the other.
type Worker struct {
	Install scaffold.Commands `json:"install"`
	Build   scaffold.Commands `json:"build"`
	Lint    scaffold.Commands `json:"lint"`
	Test    scaffold.Commands `json:"test"`
	Run     scaffold.Commands `json:"run"`
}

// Origin is what the project was made with by `orkesctl scaffold worker`; zero where it was made in another way.
type Origin struct {
	Language string            `json:"language"`
	Variant  string            `json:"variant"`
	Options  map[string]string `json:"options"`
	Tasks    []string          `json:"tasks"`
}

// Find looks for orkesctl.yaml in dir and the folders above it. It returns nil and no error where there is none.
func Find(dir string) (*Project, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the project: %w", err)
	}
	root := Root(dir)
	if root == "" {
		return nil, nil //nolint:nilnil // no project is an ordinary answer, said in the doc comment
	}
	return At(root)
}

// Root is dir or the nearest folder above it that has an orkesctl.yaml, which may be damaged; empty where none has. Dir is absolute.
func Root(dir string) string {
	for {
		if _, err := os.Stat(filepath.Join(dir, FileName)); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// At returns the project whose root is dir; nil and no error where dir is none.
func At(dir string) (*Project, error) {
	path := filepath.Join(dir, FileName)
	data, err := os.ReadFile(path) //nolint:gosec // the path is the user's own folder and a fixed name
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil //nolint:nilnil // no project is an ordinary answer, said in the doc comment
	case err != nil:
		return nil, fmt.Errorf("read the project file: %w", err)
	}
	return parse(path, data)
}

func parse(path string, data []byte) (*Project, error) {
	p := &Project{Root: filepath.Dir(path)}
	text, err := manifest.ToJSON(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if p.Definitions == "" {
		p.Definitions = "definitions"
	}
	if p.Env == "" {
		p.Env = ".env"
	}
	return p, nil
}

// DefinitionsDir is the absolute path of the folder that holds the project's definitions.
func (p *Project) DefinitionsDir() string { return p.path(p.Definitions) }

// EnvFile is the absolute path of the file that holds the worker's key.
func (p *Project) EnvFile() string { return p.path(p.Env) }

func (p *Project) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.Root, name)
}
