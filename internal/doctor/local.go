package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// toolchainLimit is how long a toolchain has to tell its version: starting a JVM takes a while.
const toolchainLimit = 3 * time.Second

// local gathers what is on this machine.
func (g *gathering) local(ctx context.Context) {
	f := g.facts
	f.Project, f.ProjectErr = g.Deps.Project()
	if f.ProjectErr == nil {
		g.unit(ctx)
	}
	g.variables()
	g.definitions()
	g.declared()
}

func (g *gathering) unit(ctx context.Context) {
	f := g.facts
	languages, err := launch.Languages()
	if err == nil {
		f.Unit, err = launch.Find(languages, f.Project, g.Deps.Dir)
	}
	if err != nil || f.Unit == nil {
		f.ProjectErr = err
		return
	}
	f.Project = f.Unit.Project
	if f.Unit.Language == nil {
		return
	}
	tool := f.Unit.Language.Toolchain
	if tool.Home != "" {
		f.Unit.Home = g.Deps.Getenv(tool.Home)
	}
	f.Toolchain = ToolchainFacts{Program: tool.Program, Minimum: tool.Minimum, Title: f.Unit.Language.Title}
	f.Toolchain.Version, f.Toolchain.Problem = f.Unit.Toolchain(ctx, toolchainLimit)
	f.Toolchain.Dependencies = f.Unit.Dependencies()
}

// shellNames are the variables that are looked at in the shell.
func shellNames() []string {
	return []string{
		varURL, varKey, varSecret, "CONDUCTOR_AUTH_TOKEN", "CONDUCTOR_WORKER_DOMAIN",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
		"CONDUCTOR_WORKER_ALL_PAUSED", "CONDUCTOR_WORKER_PAUSED", "CONDUCTOR_WORKER_ALL_POLL_INTERVAL_MILLIS", "CONDUCTOR_WORKER_POLL_INTERVAL_MILLIS",
	}
}

// variables reads the worker's env file line by line, and asks the shell.
func (g *gathering) variables() {
	f := g.facts
	if f.Project != nil {
		path := f.Project.EnvFile()
		f.EnvFile = EnvFile{Path: path, Name: f.Project.Env, Ignored: project.Ignored(path) || !inRepository(path)}
		data, err := os.ReadFile(path) //nolint:gosec // the project's own env file
		if info, statErr := os.Stat(path); statErr == nil {
			f.EnvFile.There, f.EnvFile.Mode = true, info.Mode().Perm()
		}
		if err == nil {
			var vars []project.Variable
			vars, err = project.ParseEnv(string(data))
			for _, v := range vars {
				f.Variables = append(f.Variables, Variable{Name: v.Name, Value: v.Value, Source: f.Project.Env, Line: v.Line})
			}
		}
		if !errors.Is(err, fs.ErrNotExist) {
			f.EnvFile.Err = err
		}
	}
	for _, name := range shellNames() {
		if value := g.Deps.Getenv(name); value != "" {
			f.Variables = append(f.Variables, Variable{Name: name, Value: value, Source: shell})
		}
	}
}

func inRepository(path string) bool {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}

func (g *gathering) definitions() {
	f := g.facts
	if f.Project == nil {
		return
	}
	documents, problems, err := manifest.ReadPaths([]string{f.Project.DefinitionsDir()}, "", strings.NewReader(""))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			f.Problems = []manifest.Problem{{File: f.Project.Definitions, Message: err.Error()}}
		}
		return
	}
	if len(problems) == 0 {
		problems = manifest.CheckAll(documents)
	}
	for _, document := range documents {
		document.File = g.relative(document.File)
	}
	for i := range problems {
		problems[i].File = g.relative(problems[i].File)
	}
	f.Documents, f.Problems = documents, problems
}

// relative shortens a path below the working folder.
func (g *gathering) relative(path string) string {
	short, err := filepath.Rel(g.Deps.Dir, path)
	if err != nil || strings.HasPrefix(short, "..") {
		return path
	}
	return filepath.ToSlash(short)
}

// declared lists the project's workers: the tasks that orkesctl.yaml names, else those of its definitions; without a project, the
// tasks that --task names.
func (g *gathering) declared() {
	f := g.facts
	var names []string
	domain, from := "", ""
	if f.Project != nil {
		names = slices.Clone(f.Project.Origin.Tasks)
		for _, document := range f.Documents {
			if document.Kind == definition.KindTaskDef && len(f.Project.Origin.Tasks) == 0 {
				names = append(names, document.Name())
			}
		}
		domain, from = f.Project.Domain, project.FileName
		if v, found := f.variable(varDomain); found && v.Value != "" {
			domain, from = v.Value, v.From()
		}
	}
	for _, task := range g.Tasks {
		if !slices.Contains(names, task) {
			names = append(names, task)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		f.Declared = append(f.Declared, Worker{Task: name, Domain: domain, DomainFrom: from, Language: f.language()})
	}
}
