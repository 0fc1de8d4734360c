package discover

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/project"
)

// readText lets every reader read one source as its own language, and as each other's.
func readText(text string) Findings {
	found := Findings{}
	env := NewEnvironment([]string{"CONDUCTOR_WORKER_DOMAIN=d"}, ".env", []project.Variable{{Name: "conductor.worker.x", Value: "y", Line: 1}})
	all := &tree{made: "java"}
	for _, name := range []string{"w.go", "w.py", "W.java", "w.js", "w.tsx", "w.rs", "application.properties", "sub/application.yaml"} {
		all.files = append(all.files, &source{path: name, marked: true, kept: []byte(text)})
	}
	for _, read := range readers() {
		read(all, env, &found)
	}
	readSecrets(all, &found)
	checkVariables(all, env, &found)
	found.sort()
	return found
}

// sane wants what is found to be somewhere in the source, known or not, but not both.
func sane(t *testing.T, text string, found Findings) {
	t.Helper()
	lines := strings.Count(text, "\n") + 1
	for _, w := range found.Workers {
		if w.Place.Line < 1 || w.Place.Line > lines || (w.Task == "") != (w.TaskExpr != "") || w.Domain != "" && w.DomainExpr != "" || w.Concurrency < 0 || w.PollInterval < 0 {
			t.Fatalf("%+v of %d lines:\n%s", w, lines, text)
		}
	}
	for _, n := range found.Notices {
		if n.Kind != KindVariable && (n.Place.Line < 1 || n.Place.Line > lines) || n.Message == "" || n.Fix == "" {
			t.Fatalf("%+v of %d lines:\n%s", n, lines, text)
		}
	}
}

func corpusTexts(tb testing.TB) map[string]string {
	tb.Helper()
	texts := map[string]string{}
	require.NoError(tb, filepath.WalkDir(filepath.Join("testdata", "corpus"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		texts[filepath.ToSlash(file)] = string(text)
		return err
	}))
	return texts
}

// A source that is being typed, cut off or damaged is read as far as it goes.
func TestDamagedSourcesAreRead(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) // the same damage each time
	texts := corpusTexts(t)
	texts["rust/typing.rs"] = "use conductor_macros::worker;\n#[worker]\nasync fn"
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		text := texts[name]
		if path.Ext(name) == "" || text == "" {
			continue
		}
		t.Run(strings.TrimPrefix(name, "testdata/corpus/"), func(t *testing.T) {
			sane(t, text, readText(text))
			for range 6 {
				cut := random.IntN(len(text))
				length := random.IntN(min(40, len(text)-cut))
				for _, damaged := range []string{
					text[:cut], text[cut:], text[:cut] + text[cut+length:], text[:cut] + "\"`'(" + text[cut:], text[:cut] + "\x00\xff\n" + text[cut:],
					text[cut:] + text[:cut],
				} {
					sane(t, damaged, readText(damaged))
				}
			}
		})
	}
}

// What is repeated without end costs no more than its size, and nothing overflows.
func TestHostileSourcesAreRead(t *testing.T) {
	const many = 8_000
	head := "package w; import \"github.com/conductor-sdk/conductor-go/sdk/worker\"\n" +
		"from conductor.client.worker.worker import Worker\nimport com.netflix.conductor.client.worker.Worker;\n" +
		"import { worker } from \"@io-orkes/conductor-javascript\";\nuse conductor::worker::FnWorker;\n"
	for name, text := range map[string]string{
		"nested parentheses": strings.Repeat("Worker(", many),
		"nested calls":       "Worker(" + strings.Repeat("f(", many) + strings.Repeat(")", many) + ")",
		"nested blocks":      strings.Repeat("class X implements Worker {", many),
		"nested objects":     "worker(" + strings.Repeat("{ taskDefName: ", many) + strings.Repeat("}", many) + ")",
		"arrows":             "const f = " + strings.Repeat("a => ", many) + "worker({ taskDefName: a })",
		"closures":           strings.Repeat("|a| ", many) + "FnWorker::new(a, f)",
		"assignments":        strings.Repeat("a = ", many) + "Worker(a)",
		"sums":               "Worker(" + strings.Repeat("\"a\" + ", many) + "\"b\", f)",
		"choices":            "worker({ taskDefName: " + strings.Repeat("a ? ", many) + strings.Repeat(": b", many) + " })",
		"defaults":           "worker({ taskDefName: " + strings.Repeat("a ?? ", many) + "\"b\" })",
		"imports":            strings.Repeat("from a import b\nuse a::{b};\nimport a.b;\n", many/4),
		"uses":               "use " + strings.Repeat("a::{", many) + strings.Repeat("}", many) + ";",
		"impls":              strings.Repeat("impl Worker for ", many),
		"attributes":         strings.Repeat("#[worker(name = \"a\")] ", many/4),
		"decorators":         strings.Repeat("@worker_task(task_definition_name='a')\n", many/4),
		"a chain":            "const a0 = \"x\";\n" + chain(many/4) + "worker({ taskDefName: a1999 })",
		"recursion":          "def f(a):\n    return f(a)\n\nWorker(f('a'), g)\n",
		"functions":          strings.Repeat("function f(a) { worker({ taskDefName: a })(g); f(a) }\n", 100),
	} {
		t.Run(name, func(t *testing.T) { sane(t, head+text, readText(head+text)) })
	}
}

func chain(n int) string {
	var b strings.Builder
	for i := 1; i < n; i++ {
		b.WriteString("const a" + strconv.Itoa(i) + " = a" + strconv.Itoa(i-1) + ";\n")
	}
	return b.String()
}

func FuzzReaders(f *testing.F) {
	for _, text := range corpusTexts(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { sane(t, text, readText(text)) })
}
