package scaffold

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// toy is a language with one file a task, a registry of workers, and a choice.
const toy = `{
	"name": "toy", "aliases": ["ty"], "title": "Toy",
	"options": [{"name": "build", "choices": ["make", "ninja"]}],
	"steps": [{"when": {"build": "ninja"}, "build": ["ninja"]}, {"build": [["make"], ["make", "{{.Module}}"]]}],
	"reserved": ["class"], "initialisms": ["id"],
	"types": {"any": "Any", "string": "Text", "array": "List", "array:string": "List<Text>"},
	"files": [
		{"source": "all.tmpl", "target": "all.toy"},
		{"source": "work.tmpl", "target": "work/{{.Task.Snake}}.toy", "each": "task", "mode": 493},
		{"source": "ninja.tmpl", "target": "build.ninja", "when": {"build": "ninja"}}
	],
	"insertions": [{"file": "all.toy", "marker": "workers", "text": "use {{.Task.Camel}}", "sorted": true}]
}`

func toyLanguage(t *testing.T, description string) (*Language, error) {
	t.Helper()
	return Load(fstest.MapFS{
		LanguageFile: {Data: []byte(description)},
		"all.tmpl":   {Data: []byte("begin {{quote .Application}} {{.Domain}}\n  # workers\nend\n")},
		"work.tmpl":  {Data: []byte("{{.Task.Name}}{{range .Task.Inputs}} {{.Snake}}:{{.Type}}{{end}}\n")},
		"ninja.tmpl": {Data: []byte("{{commands .Steps.Build}}\n")},
	}, fstest.MapFS{}, json.Unmarshal)
}

func made(t *testing.T, options map[string]string, names ...string) Plan {
	t.Helper()
	language, err := toyLanguage(t, toy)
	require.NoError(t, err)
	spec := Spec{Application: "shop", Options: options}
	for _, name := range names {
		spec.Tasks = append(spec.Tasks, Task{Name: name, Inputs: []Field{{Name: "class", Type: "array:string"}, {Name: "order id", Type: "array:number"}}})
	}
	plan, err := language.Make(spec)
	require.NoError(t, err)
	return plan
}

func TestMake(t *testing.T) {
	plan := made(t, map[string]string{"build": "ninja"}, "ship", "bill order", "ship")
	var paths []string
	for _, file := range plan.Files {
		paths = append(paths, file.Path)
	}
	require.Equal(t, []string{"all.toy", "work/ship.toy", "work/bill_order.toy", "build.ninja"}, paths)
	require.Equal(t, "begin \"shop\" \n  use BillOrder\n  use Ship\n  # workers\nend\n", string(plan.Files[0].Content), "registered in order, once each")
	require.Equal(t, "ship class_:List<Text> order_id:List\n", string(plan.Files[1].Content))
	require.Equal(t, fs.FileMode(0o755), plan.Files[1].Mode)
	require.Equal(t, fs.FileMode(0o644), plan.Files[0].Mode)
	require.Equal(t, "[\"ninja\"]\n", string(plan.Files[3].Content))
	require.Len(t, made(t, nil, "ship").Files, 2, "the first choice is taken")
}

func TestNamesThatMeetAreToldApart(t *testing.T) {
	plan := made(t, nil, "a-b", "a_b", "A.B", "con", "class")
	seen := map[string]bool{}
	for _, file := range plan.Files {
		require.False(t, seen[strings.ToLower(file.Path)], file.Path)
		seen[strings.ToLower(file.Path)] = true
	}
	require.True(t, seen["work/a_b.toy"] && seen["work/a_b_2.toy"] && seen["work/a_b_3.toy"] && seen["work/con_task.toy"] && seen["work/class_.toy"], "%v", seen)
}

func TestWhatCannotBeMadeIsRefused(t *testing.T) {
	language, err := toyLanguage(t, toy)
	require.NoError(t, err)
	one := []Task{{Name: "x"}}
	for name, spec := range map[string]Spec{
		"no task":           {Application: "a"},
		"blank task":        {Application: "a", Tasks: []Task{{Name: " "}}},
		"no application":    {Tasks: one},
		"control character": {Application: "a", Tasks: []Task{{Name: "a\nb"}}},
		"unknown choice":    {Application: "a", Tasks: one, Options: map[string]string{"build": "bazel"}},
		"unknown option":    {Application: "a", Tasks: one, Options: map[string]string{"colour": "red"}},
	} {
		_, err := language.Make(spec)
		require.Error(t, err, name)
	}
}

func TestTemplatesStayInsideTheProject(t *testing.T) {
	for _, target := range []string{
		"../up", "/etc/passwd", "a/../../b", `a\\b`, "c:/x", "nul", "sub/AUX.txt", "com1", "dot.", "blank ", "a/./b", "", "ALL.TOY", "q?", "a//b",
	} {
		language, err := toyLanguage(t, strings.Replace(toy, "build.ninja", target, 1))
		require.NoError(t, err, target)
		_, err = language.Make(Spec{Application: "a", Tasks: []Task{{Name: "x"}}, Options: map[string]string{"build": "ninja"}})
		require.Error(t, err, "%q", target)
	}
}

func TestWrongLanguagesAreRefused(t *testing.T) {
	for change, with := range map[string]string{
		`"name": "toy"`: `"name": ""`, `"all.tmpl"`: `"none.tmpl"`, `"each": "task"`: `"each": "field"`, `["make", "ninja"]`: `[]`, `"marker": "workers"`: `"marker": ""`,
	} {
		_, err := toyLanguage(t, strings.Replace(toy, change, with, 1))
		require.Error(t, err, with)
	}
	_, err := Load(fstest.MapFS{}, nil, json.Unmarshal)
	require.ErrorContains(t, err, LanguageFile)
}

func write(t *testing.T, dir string, plan Plan, force bool) []Outcome {
	t.Helper()
	outcomes, err := Compare(dir, plan, force)
	require.NoError(t, err)
	require.NoError(t, Write(dir, outcomes))
	return outcomes
}

// project writes the toy's project with one task, and the file by which it is known.
func project(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new")
	write(t, dir, made(t, nil, "ship"), false)
	require.NoError(t, os.WriteFile(filepath.Join(dir, Marker), nil, 0o600))
	return dir
}

func TestSecondTaskIsRegistered(t *testing.T) {
	dir := project(t)
	language, err := toyLanguage(t, toy)
	require.NoError(t, err)
	plan, err := language.Extend(Spec{Application: "shop", Tasks: []Task{{Name: "bill"}, {Name: "zip"}}})
	require.NoError(t, err)
	actions := map[string]Action{}
	for _, outcome := range write(t, dir, plan, false) {
		actions[outcome.File.Path] = outcome.Action
	}
	require.Equal(t, map[string]Action{"work/bill.toy": Create, "work/zip.toy": Create, "all.toy": Insert}, actions)
	text, err := os.ReadFile(filepath.Join(dir, "all.toy"))
	require.NoError(t, err)
	require.Contains(t, string(text), "  use Bill\n  use Ship\n  use Zip\n  # workers\n")
	for _, outcome := range write(t, dir, plan, false) {
		require.Equal(t, Unchanged, outcome.Action, outcome.File.Path)
	}
}

func TestEditedFilesAreKept(t *testing.T) {
	dir := project(t)
	edited := filepath.Join(dir, "work", "ship.toy")
	require.NoError(t, os.WriteFile(edited, []byte("mine"), 0o600))
	_, err := Compare(dir, made(t, nil, "ship"), false)
	var conflict *ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, []string{"work/ship.toy"}, conflict.Paths)
	write(t, dir, made(t, nil, "ship"), true)
	text, err := os.ReadFile(edited)
	require.NoError(t, err)
	require.NotEqual(t, "mine", string(text))
}

// Where the place for registrations was taken out, the person is told what to add, and nothing is guessed.
func TestPlaceThatIsGone(t *testing.T) {
	dir := project(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "all.toy"), []byte("all mine\r\n"), 0o600))
	outcomes, err := Compare(dir, made(t, nil, "bill"), false)
	require.NoError(t, err)
	last := outcomes[len(outcomes)-1]
	require.Equal(t, ByHand, last.Action)
	require.Equal(t, "use Bill", last.Text)
}

func TestLineEndsAreKept(t *testing.T) {
	text, err := Addition{Marker: "workers", Text: "use X"}.insert([]byte("a\r\n\t# workers\r\n"))
	require.NoError(t, err)
	require.Equal(t, "a\r\n\tuse X\r\n\t# workers\r\n", string(text))
}

func TestForeignFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.txt"), nil, 0o600))
	_, err := Compare(dir, made(t, nil, "x"), true)
	var foreign *NotProjectError
	require.ErrorAs(t, err, &foreign)
}

func TestLinksAreNotFollowed(t *testing.T) {
	dir, outside := project(t), t.TempDir()
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "work")))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "work")))
	outcomes, err := Compare(dir, made(t, nil, "bill"), true)
	require.NoError(t, err)
	require.Error(t, Write(dir, outcomes))
	entries, err := os.ReadDir(outside)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestChoose(t *testing.T) {
	list := []*Language{{Name: "toy"}, {Name: "toy", Variant: "big", Aliases: []string{"bigtoy"}}}
	for _, c := range []struct {
		word, variant string
		want          *Language
	}{
		{"toy", "", list[0]},
		{"TOY", "plain", list[0]},
		{"toy", "big", list[1]},
		{"bigtoy", "", list[1]},
		{"toy-big", "", list[1]},
		{"bigtoy", "plain", list[0]},
		{"toy", "small", nil},
		{"other", "", nil},
	} {
		got, found := Choose(list, c.word, c.variant)
		require.Equal(t, c.want != nil, found, c.word)
		require.Same(t, c.want, got, "%s %s", c.word, c.variant)
	}
}

// Whatever a task is called, its names are identifiers and file names, and no shorter or longer than a file system takes.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"get-inventory", "42", "class", "在庫", "", "a/b", "CON", "ÜBER x", strings.Repeat("é", 300), "\xff", "ſ"} {
		f.Add(seed)
	}
	identifier := regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*$`)
	language := &Language{Reserved: []string{"class"}, Initialisms: []string{"id"}}
	f.Fuzz(func(t *testing.T, name string) {
		v := language.task(Task{Name: name}, map[string]bool{}, map[string]bool{})
		for _, made := range []string{v.Camel, v.Lower, v.Snake} {
			require.Regexp(t, identifier, made)
			require.Less(t, len(made), 120)
		}
		require.Equal(t, name, v.Name)
		require.NoError(t, checkPaths([]File{{Path: v.Kebab + ".task.yaml"}}))
	})
}
