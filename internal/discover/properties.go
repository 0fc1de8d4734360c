package discover

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/manifest"
)

// properties are what the settings of one Java module say of workers: those of the plain client, from conductor-workers.properties,
// and those of Spring, from application.properties and application.yaml, over which Spring lets the environment have its say.
type properties struct {
	dir    string // of the module
	values map[string]setting
	spring bool
	env    Environment
}

type setting struct {
	value string
	from  string
	place Place
}

// readProperties reads the settings of every module.
func readProperties(all *tree, env Environment) []*properties {
	var modules []*properties
	for _, s := range all.with(".properties", ".yaml", ".yml") {
		spring := strings.TrimSuffix(path.Base(s.path), s.ext()) == "application"
		if !spring && path.Base(s.path) != "conductor-workers.properties" {
			continue
		}
		dir, _, _ := strings.Cut("./"+s.dir(), "/src/")
		i := slices.IndexFunc(modules, func(p *properties) bool { return p.dir == dir })
		if i < 0 {
			i = len(modules)
			modules = append(modules, &properties{dir: dir, values: map[string]setting{}, env: env})
		}
		p := modules[i]
		if p.spring = p.spring || spring; s.ext() == ".properties" {
			p.readLines(s)
		} else {
			p.readYAML(s)
		}
	}
	return modules
}

// applyProperties lets the settings of a worker's own module have their say.
func applyProperties(modules []*properties, w *Worker) {
	var own *properties
	for _, p := range modules {
		inside := p.dir == "./." || strings.HasPrefix("./"+w.Place.File, p.dir+"/")
		if inside && (own == nil || len(p.dir) > len(own.dir)) {
			own = p
		}
	}
	if own != nil {
		own.apply(w)
	}
}

// readLines reads NAME=value, NAME: value and NAME value; a line that ends with \ goes on in the next.
func (p *properties) readLines(s *source) {
	lines := strings.Split(string(s.text()), "\n")
	for i := 0; i < len(lines); i++ {
		at := i + 1
		line := strings.TrimSpace(lines[i])
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + strings.TrimSpace(lines[i])
		}
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		end := strings.IndexAny(line, "=: \t")
		if end < 0 {
			end = len(line)
		}
		value := strings.TrimLeft(strings.TrimLeft(line[end:], " \t"), "=:")
		p.set(line[:end], strings.TrimSpace(value), Place{s.path, at})
	}
}

// readYAML reads the first object of a YAML file; one that is none says nothing.
func (p *properties) readYAML(s *source) {
	document, problems := manifest.ReadObject(s.path, s.text())
	if len(problems) > 0 || document == nil {
		return
	}
	p.flatten(document, s.path, nil, document.Tree)
}

func (p *properties) flatten(d *manifest.Document, file string, at []any, object map[string]any) {
	for name, v := range object {
		here := append(slices.Clone(at), name)
		if inner, ok := v.(map[string]any); ok {
			p.flatten(d, file, here, inner)
			continue
		}
		names := make([]string, len(here))
		for i, part := range here {
			names[i] = fmt.Sprint(part)
		}
		line, _ := d.Position(here, true)
		p.set(strings.Join(names, "."), fmt.Sprint(v), Place{file, line})
	}
}

func (p *properties) set(name, value string, place Place) {
	p.values[name] = setting{value: p.placeholders(value, 0), from: "properties " + place.String(), place: place}
}

// placeholders replaces ${NAME:default} as Spring does, in the default too.
func (p *properties) placeholders(value string, depth int) string {
	start := strings.Index(value, "${")
	if start < 0 || depth > maxDepth {
		return value
	}
	end, open := start+2, 1
	for ; end < len(value) && open > 0; end++ {
		switch value[end] {
		case '{':
			open++
		case '}':
			open--
		}
	}
	if open > 0 {
		return value
	}
	name, otherwise, _ := strings.Cut(value[start+2:end-1], ":")
	replaced, set := p.env.Lookup(name)
	if !set {
		replaced = p.placeholders(otherwise, depth+1)
	}
	return value[:start] + replaced + p.placeholders(value[end:], depth+1)
}

// find is the first of the names that is set: by the environment, where Spring reads it under the name that it derives, or a file.
func (p *properties) find(names ...string) (setting, bool) {
	for _, name := range names {
		if p.spring {
			variable := strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(name))
			if v, set := p.env.variables[variable]; set {
				return setting{value: v.Value, from: "env " + variable, place: v.Place}, true
			}
		}
		if s, found := p.values[name]; found {
			return s, true
		}
	}
	return setting{}, false
}

// apply lets the settings have their say over what the code says.
func (p *properties) apply(w *Worker) {
	names := func(properties ...string) []string {
		var all []string
		for _, property := range properties {
			if w.Task != "" {
				all = append(all, "conductor.worker."+w.Task+"."+property)
			}
			all = append(all, "conductor.worker.all."+property)
			if !p.spring {
				all = append(all, "conductor.worker."+property)
			}
		}
		return all
	}
	domains := names("domain")
	if p.spring && w.Task != "" {
		domains = append(domains, "conductor.client.task-to-domain."+w.Task)
	}
	if s, found := p.find(domains...); found {
		w.Domain, w.DomainExpr, w.DomainFrom, w.DomainPlace = s.value, "", s.from, s.place
	}
	if s, found := p.find(names("pollingInterval", "poll_interval")...); found {
		if n := toNumber(s.value); n > 0 {
			w.PollInterval = milliseconds(n)
		}
	}
	if s, found := p.find(names("threadCount")...); found && p.spring {
		if n := toNumber(s.value); n > 0 {
			w.Concurrency = int(n)
		}
	}
}
