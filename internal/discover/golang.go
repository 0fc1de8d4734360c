package discover

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	goModule = "github.com/conductor-sdk/conductor-go"
	goWorker = goModule + "/sdk/worker"
)

// goReader is the Go packages of a project that have to do with workers, or are imported by one that has.
type goReader struct {
	tree     *tree
	env      Environment
	found    *Findings
	fset     *token.FileSet
	packages map[string]*goPackage // by folder
	modules  map[string]string     // folder of each go.mod, to the module's path
	calls    map[*ast.FuncDecl][]goSite
	methods  map[string][]goFunc
}

// goPackage is the files of one folder. A name that is assigned to anywhere is no constant, whatever its declaration says.
type goPackage struct {
	dir      string
	files    []*goFile
	values   map[string]goValueDecl
	funcs    map[string]goFunc
	assigned map[string]bool // filled when it is first asked for
}

type goFile struct {
	*ast.File
	source  *source
	text    []byte
	pkg     *goPackage
	imports map[string]string // by the name that the file uses
}

type goFunc struct {
	*ast.FuncDecl
	file *goFile
}

type goValueDecl struct {
	expr     ast.Expr
	file     *goFile
	variable bool
}

// goSite is a call, and the function that it stands in; nil for a package's variable.
type goSite struct {
	call *ast.CallExpr
	file *goFile
	in   *ast.FuncDecl
}

func readGo(all *tree, env Environment, found *Findings) {
	r := &goReader{
		tree: all, env: env, found: found, fset: token.NewFileSet(), packages: map[string]*goPackage{}, modules: map[string]string{},
		calls: map[*ast.FuncDecl][]goSite{}, methods: map[string][]goFunc{},
	}
	r.readModules()
	loaded := r.load()
	for _, pkg := range loaded {
		r.index(pkg)
	}
	for _, pkg := range loaded {
		for _, file := range pkg.files {
			r.walkCalls(file, func(site goSite, with []ast.Expr) { r.visit(site, with) })
		}
		r.implementations(pkg)
	}
	r.traps(loaded)
}

func (r *goReader) readModules() {
	for _, s := range r.tree.with(".mod") {
		for line := range strings.SplitSeq(string(s.text()), "\n") {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "module" {
				r.modules[s.dir()] = strings.Trim(fields[1], `"`)
				break
			}
		}
	}
}

// load parses the packages that name the SDK, and those that import one of them: they may say with what a worker is made.
func (r *goReader) load() []*goPackage {
	byDir := map[string][]*source{}
	var todo []string
	for _, s := range r.tree.with(".go") {
		byDir[s.dir()] = append(byDir[s.dir()], s)
		if s.marked && bytes.Contains(s.kept, []byte(goModule)) && !slices.Contains(todo, s.dir()) {
			todo = append(todo, s.dir())
		}
	}
	var loaded []*goPackage
	for len(todo) > 0 {
		var paths [][]byte
		for _, dir := range todo {
			loaded = append(loaded, r.parse(dir, byDir[dir]))
			if p := r.importPath(dir); p != "" {
				paths = append(paths, []byte(strconv.Quote(p)))
			}
		}
		todo = todo[:0]
		for dir, files := range byDir {
			if r.packages[dir] == nil && slices.ContainsFunc(files, func(s *source) bool { return containsAny(s, paths) }) {
				todo = append(todo, dir)
			}
		}
		slices.Sort(todo)
	}
	return loaded
}

func containsAny(s *source, words [][]byte) bool {
	if len(words) == 0 {
		return false
	}
	text := s.text()
	return slices.ContainsFunc(words, func(word []byte) bool { return bytes.Contains(text, word) })
}

// importPath is how other packages import the one in dir; empty outside modules.
func (r *goReader) importPath(dir string) string {
	for at := dir; ; at = path.Dir(at) {
		if module, found := r.modules[at]; found {
			return path.Join(module, strings.TrimPrefix(strings.TrimPrefix(dir, at), "/"))
		}
		if at == "." || at == "/" {
			return ""
		}
	}
}

// parse reads the files of one folder. What is broken is read as far as it goes.
func (r *goReader) parse(dir string, sources []*source) *goPackage {
	pkg := &goPackage{dir: dir, values: map[string]goValueDecl{}, funcs: map[string]goFunc{}}
	r.packages[dir] = pkg
	for _, s := range sources {
		text := s.text()
		parsed, _ := parser.ParseFile(r.fset, s.path, text, parser.SkipObjectResolution)
		if parsed == nil {
			continue
		}
		file := &goFile{File: parsed, source: s, text: text, pkg: pkg, imports: map[string]string{}}
		pkg.files = append(pkg.files, file)
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			name := path.Base(imported)
			if spec.Name != nil {
				name = spec.Name.Name
			}
			file.imports[name] = imported
		}
		file.declare()
	}
	return pkg
}

// declare notes the package's constants, variables and functions.
func (f *goFile) declare() {
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				f.pkg.funcs[d.Name.Name] = goFunc{d, f}
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				values, ok := spec.(*ast.ValueSpec)
				if !ok || len(values.Values) != len(values.Names) {
					continue
				}
				for i, name := range values.Names {
					f.pkg.values[name.Name] = goValueDecl{values.Values[i], f, d.Tok == token.VAR}
				}
			}
		}
	}
}

// assigns reports whether a package gives a variable another value than it begins with.
func (pkg *goPackage) assigns(name string) bool {
	if pkg.assigned == nil {
		pkg.assigned = map[string]bool{}
		for _, file := range pkg.files {
			ast.Inspect(file.File, func(n ast.Node) bool {
				for _, name := range assignedBy(n) {
					pkg.assigned[name] = true
				}
				return true
			})
		}
	}
	return pkg.assigned[name]
}

// importedPackage is the project's package that a file knows by a name; nil for others. It is parsed when it is first asked for.
func (r *goReader) importedPackage(f *goFile, name string) *goPackage {
	imported, found := f.imports[name]
	if !found {
		return nil
	}
	for at, module := range r.modules {
		rest, inside := strings.CutPrefix(imported, module)
		if !inside || rest != "" && rest[0] != '/' {
			continue
		}
		dir := path.Join(at, strings.TrimPrefix(rest, "/"))
		if pkg := r.packages[dir]; pkg != nil {
			return pkg
		}
		var sources []*source
		for _, s := range r.tree.with(".go") {
			if s.dir() == dir {
				sources = append(sources, s)
			}
		}
		if len(sources) > 0 {
			return r.parse(dir, sources)
		}
	}
	return nil
}

func (r *goReader) place(pos token.Pos) Place {
	at := r.fset.Position(pos)
	return Place{at.Filename, at.Line}
}
