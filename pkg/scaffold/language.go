// Package scaffold makes worker projects from templates: a plan of files in memory first, then the writing. It knows no language
// by name: a language is a folder with a language.yaml and the templates that it names.
package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// LanguageFile is the name of the file that describes a language.
const LanguageFile = "language.yaml"

// Language is what a language.yaml says.
type Language struct {
	Name      string    `json:"name"`
	Title     string    `json:"title"`
	Aliases   []string  `json:"aliases"`
	SDK       SDK       `json:"sdk"`
	Toolchain Toolchain `json:"toolchain"`
	Steps     Steps     `json:"steps"`
	// Reserved words of the language get an underscore.
	Reserved []string `json:"reserved"`
	// Initialisms are written in capitals inside names, in lower case here.
	Initialisms []string `json:"initialisms"`
	// Types says how the types of fields are written; "any" is what is not in it.
	Types map[string]string `json:"types"`
	// DomainFrom says in words where the worker reads its domain.
	DomainFrom string `json:"domainFrom"`
	Files      []Rule `json:"files"`

	files fs.FS
}

// SDK is the library that the generated worker uses, pinned.
type SDK struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Toolchain is what must be installed to build and run the project.
type Toolchain struct {
	Program string   `json:"program"`
	Args    []string `json:"args"`
	Minimum string   `json:"minimum"`
	Hint    string   `json:"hint"`
}

// Steps are the language's own commands, as templates; orkesctl.yaml repeats them.
type Steps struct {
	Install []string `json:"install"`
	Build   []string `json:"build"`
	Test    []string `json:"test"`
	Run     []string `json:"run"`
}

// Rule says which template becomes which file. Each is "task" where there is one file for each task, else empty. Target is itself a
// template. Mode zero is 0644.
type Rule struct {
	Source string `json:"source"`
	Target string `json:"target"`
	Each   string `json:"each"`
	Mode   uint32 `json:"mode"`
}

// Decoder turns the text of a language.yaml into v, by its json tags.
type Decoder func(data []byte, v any) error

// Languages reads every language of a folder, sorted by name. It fails on a folder whose language.yaml is wrong or names a template
// that is missing.
func Languages(fsys fs.FS, decode Decoder) ([]*Language, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	var list []*Language
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		if _, err := fs.Stat(fsys, path.Join(entry.Name(), LanguageFile)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		language, err := Load(fsys, entry.Name(), decode)
		if err != nil {
			return nil, err
		}
		list = append(list, language)
	}
	slices.SortFunc(list, func(x, y *Language) int { return strings.Compare(x.Name, y.Name) })
	return list, nil
}

// Load reads one language from its folder.
func Load(fsys fs.FS, dir string, decode Decoder) (*Language, error) {
	files, err := fs.Sub(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("open the templates of %s: %w", dir, err)
	}
	data, err := fs.ReadFile(files, LanguageFile)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path.Join(dir, LanguageFile), err)
	}
	language := &Language{files: files}
	if err := decode(data, language); err != nil {
		return nil, fmt.Errorf("%s: %w", path.Join(dir, LanguageFile), err)
	}
	if language.Name == "" || len(language.Files) == 0 {
		return nil, fmt.Errorf("%s: name and files are required", path.Join(dir, LanguageFile))
	}
	for _, rule := range language.Files {
		if _, err := fs.Stat(files, rule.Source); err != nil {
			return nil, fmt.Errorf("%s: %w", path.Join(dir, LanguageFile), err)
		}
		if rule.Each != "" && rule.Each != "task" {
			return nil, fmt.Errorf("%s: %s: each is task or nothing", path.Join(dir, LanguageFile), rule.Source)
		}
	}
	return language, nil
}

// Choose finds a language by its name or an alias, whatever the case.
func Choose(languages []*Language, word string) (*Language, bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	for _, language := range languages {
		if language.Name == word || slices.Contains(language.Aliases, word) {
			return language, true
		}
	}
	return nil, false
}
