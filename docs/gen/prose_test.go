package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

const ours = "github.com/orkesctl/orkesctl"

var (
	fenced   = regexp.MustCompile("(?ms)^```.*?^```$")
	inline   = regexp.MustCompile("`(?:go run \\. |orkesctl )([^`]+)`")
	link     = regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`)
	required = regexp.MustCompile(`(?m)^(?:require )?\s*([\w./-]+\.[\w./-]+) v\S+$`)
)

// prose returns every document that people read, by its path from the repository's root, but for the generated reference.
func prose(t *testing.T) map[string]string {
	t.Helper()
	root, found := filepath.Join("..", ".."), map[string]string{}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	top, err := filepath.Glob(filepath.Join(root, "*.md"))
	require.NoError(t, err)
	for _, page := range append(pages, top...) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		found[page] = string(text)
	}
	require.NotEmpty(t, found)
	return found
}

// What a sentence calls a command is one, with the flags that it names. (Blocks of commands are run: docs_test.go beside main.go.)
func TestNamedCommandsExist(t *testing.T) {
	for page, text := range prose(t) {
		for _, found := range inline.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			for _, words := range alternatives(strings.Fields(found[1])) {
				named(t, page, words)
			}
		}
	}
}

// alternatives unfolds the first word that stands for several: dev start|stop.
func alternatives(words []string) [][]string {
	for i, word := range words {
		if strings.HasPrefix(word, "-") || !strings.Contains(word, "|") {
			continue
		}
		var all [][]string
		for choice := range strings.SplitSeq(word, "|") {
			all = append(all, append(append(append([]string{}, words[:i]...), choice), words[i+1:]...))
		}
		return all
	}
	return [][]string{words}
}

func named(t *testing.T, page string, words []string) {
	t.Helper()
	root := tree()
	root.InitDefaultHelpFlag()
	command, rest, err := root.Find(words)
	require.NoError(t, err, "%s: orkesctl %s", page, strings.Join(words, " "))
	if command.HasSubCommands() {
		for _, word := range rest {
			require.True(t, strings.HasPrefix(word, "-") || strings.ContainsAny(word, "…"), "%s: orkesctl %s: no command %s", page, strings.Join(words, " "), word)
		}
	}
	for _, word := range rest {
		if word == "--" {
			return
		}
		if name, isFlag := strings.CutPrefix(word, "--"); isFlag {
			name, _, _ = strings.Cut(name, "=")
			require.True(t, hasFlag(command, name), "%s: orkesctl %s: no flag --%s", page, strings.Join(words, " "), name)
		}
	}
}

func hasFlag(command *cobra.Command, name string) bool {
	return name == "version" || name == "help" || command.Flags().Lookup(name) != nil || command.InheritedFlags().Lookup(name) != nil
}

// Links between documents lead somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	for page, text := range prose(t) {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(found[1])))
			require.NoError(t, err, "%s links to %s", page, found[1])
		}
	}
}

// Every module that ours ask for by themselves has its reason, and nothing else has one.
func TestDependenciesHaveReasons(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "dependencies.md"))
	require.NoError(t, err)
	asked := map[string]bool{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return filepath.SkipDir
		}
		if err != nil || d.Name() != "go.mod" {
			return err
		}
		module, err := os.ReadFile(path)
		for _, found := range required.FindAllStringSubmatch(string(module), -1) {
			asked[found[1]] = true
		}
		return err
	}))
	require.NotEmpty(t, asked)
	delete(asked, ours) // the suite in e2e/ asks for the program itself
	for module := range asked {
		require.Contains(t, string(text), "`"+module+"`", "docs/dependencies.md has no line for %s", module)
	}
	for _, found := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(string(text), -1) {
		require.True(t, asked[found[1]], "docs/dependencies.md speaks of %s, which no go.mod asks for", found[1])
	}
}
