package scaffold

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
	"github.com/orkesctl/orkesctl/templates"
)

// The short way to a language leads where the long one does, or nowhere.
func TestOneLanguageIsTheOneOfAll(t *testing.T) {
	all, err := languages()
	require.NoError(t, err)
	words, variants := []string{"", "GO ", "..", "go/x", "common", "cobol"}, []string{"", "plain", "spring", "Spring", "none"}
	for _, language := range all {
		words = append(append(words, language.Name, language.Key()), language.Aliases...)
	}
	short := 0
	for _, word := range words {
		for _, variant := range variants {
			one, found := scaffold.Named(templates.FS(), word, variant, decode)
			if !found {
				continue
			}
			short++
			wanted, known := scaffold.Choose(all, word, variant)
			require.True(t, known, "%s %s", word, variant)
			require.Equal(t, wanted.Key(), one.Key(), "%s %s", word, variant)
			require.Equal(t, wanted.Files, one.Files)
		}
	}
	require.GreaterOrEqual(t, short, 2*len(all))
}

// Only one language.yaml is read where the language's own name is given, for a new project and for one that is there.
func TestOnlyTheWantedLanguageIsRead(t *testing.T) {
	whole := "name: one\nfiles: [{source: a.tmpl, target: a}]\nsteps: [{run: [a]}]\n"
	files := fstest.MapFS{
		"one/language.yaml": {Data: []byte(whole)}, "one/a.tmpl": {Data: []byte("x")},
		"two/language.yaml": {Data: []byte("name: [")}, "three/language.yaml": {Data: []byte(whole)},
	}
	one, found := scaffold.Named(files, "One", "", decode)
	require.True(t, found)
	require.Equal(t, "one", one.Name)
	for _, word := range []string{"two", "three", "four"} { // broken, of another name and without its template, not there
		_, found := scaffold.Named(files, word, "", decode)
		require.False(t, found, word)
	}
	_, err := scaffold.Languages(files, decode)
	require.ErrorContains(t, err, "three: language.yaml: read the template a.tmpl")
	delete(files, "three/language.yaml")
	_, err = scaffold.Languages(files, decode)
	require.ErrorContains(t, err, "two: language.yaml")
}

func TestLanguageOfAProjectThatIsThere(t *testing.T) {
	existing := &project.Project{Root: "x", Origin: project.Origin{Language: "java", Variant: "spring"}}
	for _, opts := range []workerOptions{{}, {lang: "spring"}, {lang: "java"}, {lang: "java", variant: "spring"}} {
		got, err := opts.language(existing)
		require.NoError(t, err)
		require.Equal(t, "java-spring", got.Key())
	}
	_, err := workerOptions{lang: "go"}.language(existing)
	require.ErrorContains(t, err, "is a java-spring project, not go")
	_, err = workerOptions{}.language(&project.Project{Root: "x"})
	require.ErrorContains(t, err, "does not say which template")
	_, err = workerOptions{lang: "goo"}.language(nil)
	require.Error(t, err)
	require.Error(t, errors.Unwrap(err))
}
