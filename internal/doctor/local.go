package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// toolchainLimit is how long a toolchain has to tell its version: starting a JVM takes a while.
const toolchainLimit = 3 * time.Second

// here finds the project, and reads the variables: all that has to be known before a server is asked.
func (g *gathering) here() {
	f := g.facts
	if f.Project, f.ProjectErr = g.Deps.Project(); f.ProjectErr == nil {
		g.unit()
	}
	g.variables()
}

// local gathers what is on this machine, beside the first questions to the server.
func (g *gathering) local(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { g.toolchain(ctx) })
	g.definitions()
	g.declared(ctx)
	g.sdks()
	group.Wait()
}

// unit recognises the project's language.
func (g *gathering) unit() {
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
}

func (g *gathering) toolchain(ctx context.Context) {
	f := g.facts
	if f.Unit == nil || f.Unit.Language == nil {
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

// shellNames are the variables that are looked at in the shell, beside all whose names begin as Conductor's do.
func shellNames() []string {
	return []string{
		varURL, varKey, varSecret, "CONDUCTOR_AUTH_TOKEN", "CONDUCTOR_WORKER_DOMAIN",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
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
	for _, name := range g.shellNames() {
		if value := g.Deps.Getenv(name); value != "" {
			f.Variables = append(f.Variables, Variable{Name: name, Value: value, Source: shell})
		}
	}
}

// shellNames adds to those that are asked for those that begin as Conductor's do.
func (g *gathering) shellNames() []string {
	names := shellNames()
	if g.Deps.Environ == nil {
		return names
	}
	for _, line := range g.Deps.Environ() {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(strings.ToLower(name), "conductor") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
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

// declared lists the project's workers: those that its sources declare; where none is found, the tasks that orkesctl.yaml names, else
// those of its definitions; and the tasks that --task names.
func (g *gathering) declared(ctx context.Context) {
	f := g.facts
	f.Host, _ = os.Hostname()
	if f.Project != nil {
		f.Examples = examples(f.Project.Root)
		g.discover(ctx)
	}
	domain, from := g.domain()
	add := func(task string) {
		if !slices.ContainsFunc(f.Declared, func(w Worker) bool { return w.Task == task }) {
			f.Declared = append(f.Declared, Worker{Task: task, Domain: domain, DomainFrom: from, Language: f.language()})
		}
	}
	if len(f.Declared) == 0 && f.Project != nil {
		for _, task := range slices.Sorted(slices.Values(f.Project.Origin.Tasks)) {
			add(task)
		}
		for _, document := range f.Documents {
			if document.Kind == definition.KindTaskDef && len(f.Project.Origin.Tasks) == 0 && document.Name() != "" {
				add(document.Name())
			}
		}
	}
	for _, task := range g.Tasks {
		add(task)
	}
}

// domain is the project's own, with what says it; empty where nothing does.
func (g *gathering) domain() (domain, from string) {
	f := g.facts
	if f.Project == nil {
		return "", ""
	}
	if v, found := f.variable(varDomain); found && v.Value != "" {
		return v.Value, v.From()
	}
	if f.Project.Domain == "" {
		return "", ""
	}
	return f.Project.Domain, project.FileName
}

// discover reads the sources. Where that fails nothing is declared by them, and the project's own words count.
func (g *gathering) discover(ctx context.Context) {
	f := g.facts
	var lines []string
	if g.Deps.Environ != nil {
		lines = g.Deps.Environ()
	}
	env, err := discover.EnvironmentOf(f.Project, lines)
	if err != nil {
		return
	}
	found, err := discover.Project(ctx, f.Project.Root, env)
	if err != nil {
		return
	}
	for _, w := range found.Workers {
		f.Declared = append(f.Declared, Worker{
			Task: w.Task, Expression: w.TaskExpr, Domain: w.Domain, DomainExpression: w.DomainExpr, DomainFrom: w.DomainFrom, Language: w.Language, SDK: w.SDK,
			Concurrency: w.Concurrency, File: g.below(w.Place.File), Line: w.Place.Line, FromSource: true, DomainPlace: g.placed(w.DomainPlace).String(),
		})
	}
	for _, n := range found.Notices {
		n.Place = g.placed(n.Place)
		f.Notices = append(f.Notices, n)
	}
}

// below is a file of the project as it is called from the working folder; empty stays empty.
func (g *gathering) below(file string) string {
	if file == "" {
		return ""
	}
	return g.relative(filepath.Join(g.facts.Project.Root, filepath.FromSlash(file)))
}

func (g *gathering) placed(p discover.Place) discover.Place {
	p.File = g.below(p.File)
	return p
}

// startLine finds a start in a document: --domain TASK=DOMAIN.
func startLine() *regexp.Regexp {
	return regexp.MustCompile(`workflow start .*--domain[= ]+['"]?([^\s'"=]+)['"]?=([^\s'"]+)`)
}

// examples are the starts that the project's README shows, by task.
func examples(root string) map[string]Example {
	found := map[string]Example{}
	data, err := os.ReadFile(filepath.Join(root, "README.md")) //nolint:gosec // the project's own
	if err != nil {
		return found
	}
	line := startLine()
	for i, text := range strings.Split(string(data), "\n") {
		if m := line.FindStringSubmatch(text); m != nil {
			found[m[1]] = Example{Domain: m[2], Place: fmt.Sprintf("README.md:%d", i+1)}
		}
	}
	return found
}
