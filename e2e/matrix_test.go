package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/project"
)

// language is what `orkesctl scaffold list -o json` says of one.
type language struct {
	Name, Variant string
	SDK           struct{ Name, Version string }
	Toolchain     struct {
		Program, Home, Minimum string
		Args                   []string
	}
}

func (l language) key() string { return strings.TrimSuffix(l.Name+"-"+l.Variant, "-") }

// candidate is one generated project on its way through the matrix.
type candidate struct {
	language
	dialect

	program, dir string // orkesctl, and the project
	home         string // of the toolchain, where it is not the one of the PATH
}

// TestMatrix takes every language's project through every cell: what its users do, and what goes wrong for them. The table of
// outcomes is in .cache/matrix.txt. ORKESCTL_MATRIX=go,python takes only those.
func TestMatrix(t *testing.T) {
	program := filepath.Join(t.TempDir(), "orkesctl")
	build(t, "..", "build", "-o", program, ".")
	output, err := exec.CommandContext(deadline(t, time.Minute), program, "scaffold", "list", "-o", "json").Output()
	require.NoError(t, err)
	var languages []language
	require.NoError(t, json.Unmarshal(output, &languages))
	table := &outcomes{at: map[string]map[string]string{}}
	t.Cleanup(func() { table.write(t) })
	for _, l := range languages {
		if only := os.Getenv("ORKESCTL_MATRIX"); only != "" && !slices.Contains(strings.Split(only, ","), l.key()) {
			continue
		}
		t.Run(l.key(), func(t *testing.T) {
			c := &candidate{language: l, program: program}
			for _, d := range dialects() {
				if d.row == l.key() {
					c.dialect = d
				}
			}
			table.languages = append(table.languages, l.key())
			if c.row == "" {
				t.Skipf("%s has no row in dialects(): see CONTRIBUTING.md", l.key())
			}
			c.probe(t)
			c.run(t, table)
		})
	}
}

// run carries out the steps and then the cells; a project that cannot be built has no cells.
func (c *candidate) run(t *testing.T, table *outcomes) {
	t.Helper()
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"generate", c.generate},
		{"second task", c.second},
		{"install", c.step("install")},
		{"build", c.step("build")},
		{"lint", c.step("lint")},
		{"unit tests", c.step("test")},
		{"odd names", c.odd},
		{"container file", c.container},
		{"prepare the run", c.prepare},
	} {
		if !table.cell(t, c.key(), step.name, step.do) {
			t.FailNow()
		}
	}
	for _, cell := range cells() {
		if why := c.cannot[cell.name]; why != "" {
			table.why = append(table.why, fmt.Sprintf("– %s, %s: %s %s %s", c.key(), cell.name, c.SDK.Name, c.SDK.Version, why))
			table.note(c.key(), cell.name, "–")
			continue
		}
		table.cell(t, c.key(), cell.name, func(t *testing.T) { t.Helper(); cell.check(t, c) })
	}
}

// generate makes the project anew, keeping only what the dependencies were installed into.
func (c *candidate) generate(t *testing.T) {
	t.Helper()
	c.dir = c.folder(t)
	require.NoError(t, os.MkdirAll(c.dir, 0o750))
	entries, err := os.ReadDir(c.dir)
	require.NoError(t, err)
	for _, entry := range entries {
		if !slices.Contains(c.keep, entry.Name()) {
			require.NoError(t, os.RemoveAll(filepath.Join(c.dir, entry.Name())))
		}
	}
	fresh := filepath.Join(t.TempDir(), "p")
	args := []string{"scaffold", "worker", "--lang", c.Name, "--task", taskName, "--dir", fresh}
	if c.Variant != "" {
		args = append(args, "--variant", c.Variant)
	}
	c.orkesctl(t, ".", args...)
	require.NoError(t, os.CopyFS(c.dir, os.DirFS(fresh)))
	require.NotContains(t, c.orkesctl(t, c.dir, "scaffold", "worker", "--task", taskName), "updated", "the same call again")
}

func (c *candidate) folder(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".cache", "matrix", c.key()))
	require.NoError(t, err)
	return dir
}

func (c *candidate) orkesctl(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(deadline(t, time.Minute), c.program, args...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return string(output)
}

// second adds a worker to the project; nothing else may change but the file in which workers are registered.
func (c *candidate) second(t *testing.T) {
	t.Helper()
	said := c.orkesctl(t, c.folder(t), "scaffold", "worker", "--task", "ship-order")
	require.Equal(t, 1, strings.Count(said, "updated"), said)
	require.NotContains(t, said, "overwritten")
	require.NotContains(t, c.orkesctl(t, c.folder(t), "scaffold", "worker", "--task", "ship-order"), "updated", "the second time")
}

// step runs commands of orkesctl.yaml.
func (c *candidate) step(name string) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		p, err := project.At(c.folder(t))
		require.NoError(t, err)
		commands := map[string][][]string{"install": p.Worker.Install, "build": p.Worker.Build, "lint": p.Worker.Lint, "test": p.Worker.Test}[name]
		for _, words := range commands {
			command := exec.CommandContext(deadline(t, 10*time.Minute), c.located(p.Root, words[0]), words[1:]...)
			command.Dir = p.Root
			command.Env = append(c.environ(), "PATH="+filepath.Dir(c.program)+string(os.PathListSeparator)+os.Getenv("PATH"))
			output, err := command.CombinedOutput()
			require.NoError(t, err, "%s\n%s", strings.Join(words, " "), output)
			require.False(t, words[0] == "gofmt" && len(output) > 0, "%s", output)
		}
	}
}

// probe finds a toolchain that is new enough, on the PATH or in a home of its own, or skips.
func (c *candidate) probe(t *testing.T) {
	t.Helper()
	homes := []string{""}
	if c.Toolchain.Home != "" {
		found, err := filepath.Glob(c.homes)
		require.NoError(t, err)
		homes = slices.Concat([]string{os.Getenv(c.Toolchain.Home), ""}, found)
	}
	for _, c.home = range homes {
		output, err := exec.CommandContext(deadline(t, time.Minute), c.located("", c.Toolchain.Program), c.Toolchain.Args...).CombinedOutput()
		if err == nil && slices.Compare(version(string(output)), version(c.Toolchain.Minimum)) >= 0 {
			return
		}
	}
	t.Skipf("%s %s is not installed", c.Toolchain.Program, c.Toolchain.Minimum)
}

// version reads the first number with dots in a text.
func version(text string) []int {
	var parts []int
	for part := range strings.SplitSeq(regexp.MustCompile(`\d+(\.\d+)*`).FindString(text), ".") {
		n, _ := strconv.Atoi(part)
		parts = append(parts, n)
	}
	return parts
}

// located finds a program that is named by a path inside the project, or that is in the toolchain's home.
func (c *candidate) located(root, program string) string {
	if strings.Contains(program, "/") {
		return filepath.Join(root, program)
	}
	if in := filepath.Join(c.home, "bin", program); c.home != "" {
		if _, err := os.Stat(in); err == nil {
			return in
		}
	}
	return program
}

// environ is the environment of everything that is run.
func (c *candidate) environ() []string {
	env := append(os.Environ(), c.env...)
	if c.home != "" {
		env = append(env, c.Toolchain.Home+"="+c.home)
	}
	return env
}

// prepare puts the play into the worker, so that a product's number decides what becomes of the task, and builds it.
func (c *candidate) prepare(t *testing.T) {
	t.Helper()
	path := filepath.Join(c.folder(t), filepath.FromSlash(c.file))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, edit := range c.edits {
		require.Contains(t, string(text), edit.before, "%s has changed: see dialects()", c.file)
		text = []byte(strings.Replace(string(text), edit.before, edit.add+edit.before, 1))
	}
	require.NoError(t, os.WriteFile(path, text, 0o600))
	c.step("build")(t)
}

// container lints the Dockerfile: more than one stage, pinned images, nobody's root, and the worker as the process that gets signals.
func (c *candidate) container(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.folder(t), "Dockerfile"))
	require.NoError(t, err)
	stages, user, entry := 0, "", ""
	for line := range strings.Lines(string(text)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "FROM":
			stages, user = stages+1, ""
			image, _, _ := strings.Cut(rest, " ")
			require.True(t, image == "scratch" || strings.Contains(image, ":") && !strings.HasSuffix(image, ":latest"), "%s has no version", image)
		case "USER":
			user = rest
		case "ENTRYPOINT", "CMD":
			entry = rest
		case "ADD":
			t.Error("ADD: COPY says what it does")
		case "ENV", "ARG":
			require.NotContains(t, rest, "SECRET")
		}
	}
	require.GreaterOrEqual(t, stages, 2, "stages")
	require.True(t, user != "" && !strings.HasPrefix(user, "0") && user != "root", "runs as %q", user)
	require.True(t, strings.HasPrefix(entry, "["), "%s is run by a shell, which passes no SIGTERM on", entry)
}

// outcomes is the table that the matrix fills.
type outcomes struct {
	languages, rows []string
	why             []string // cells that cannot hold
	at              map[string]map[string]string
}

// cell runs one check and notes how it ended and how long it took.
func (o *outcomes) cell(t *testing.T, language, name string, check func(*testing.T)) bool {
	t.Helper()
	began := time.Now()
	skipped := false
	passed := t.Run(name, func(t *testing.T) {
		t.Cleanup(func() { skipped = t.Skipped() })
		check(t)
	})
	mark := "✓"
	switch {
	case skipped:
		mark = "–"
	case !passed:
		mark = "✗"
	}
	o.note(language, name, fmt.Sprintf("%s %.1fs", mark, time.Since(began).Seconds()))
	return passed
}

func (o *outcomes) note(language, name, text string) {
	if !slices.Contains(o.rows, name) {
		o.rows = append(o.rows, name)
	}
	if o.at[name] == nil {
		o.at[name] = map[string]string{}
	}
	o.at[name][language] = text
}

func (o *outcomes) write(t *testing.T) {
	t.Helper()
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\t"+strings.Join(o.languages, "\t"))
	for _, row := range o.rows {
		line := row
		for _, language := range o.languages {
			line += "\t" + o.at[row][language]
		}
		_, _ = fmt.Fprintln(w, line)
	}
	_ = w.Flush()
	for _, line := range o.why {
		b.WriteString(line + "\n")
	}
	t.Log("\n" + b.String())
	_ = os.WriteFile(filepath.Join("..", ".cache", "matrix.txt"), []byte(b.String()), 0o600)
}
