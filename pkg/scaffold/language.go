// Package scaffold makes worker projects from templates: a plan of files in memory first, then the writing. It knows no language
// by name: a language is a folder with a language.yaml and the templates that it names.
package scaffold

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// LanguageFile is the name of the file that describes a language.
const LanguageFile = "language.yaml"

// Language is what a language.yaml says. Variants of one language share its Name and differ by Variant.
type Language struct {
	Name    string   `json:"name"`
	Variant string   `json:"variant"`
	Title   string   `json:"title"`
	Aliases []string `json:"aliases"`
	// Options are choices that a project can be made with, such as its build tool.
	Options   []Option  `json:"options"`
	SDK       SDK       `json:"sdk"`
	Toolchain Toolchain `json:"toolchain"`
	// Steps are tried in order: the first whose When fits is the project's.
	Steps []Steps `json:"steps"`
	// Ready is a path in the project that is there once the dependencies are installed; empty where the build does it.
	Ready string `json:"ready"`
	// Sources are the endings of the files that a running worker is made of, such as .go.
	Sources []string `json:"sources"`
	// Reserved words of the language get an underscore.
	Reserved []string `json:"reserved"`
	// Initialisms are written in capitals inside names, in lower case here.
	Initialisms []string `json:"initialisms"`
	// Escape is how a string of the language has a character by its number, as a format: \u{%04x}. Empty where it is as in JSON.
	Escape string `json:"escape"`
	// Types says how the types of fields are written: string, integer, number, boolean, object, array, array:string and so on, any.
	// What is not in it is any.
	Types map[string]string `json:"types"`
	// Samples says how a sample value of each type is written; what is not in it is that of any.
	Samples map[string]string `json:"samples"`
	// DomainFrom says in words where the worker reads its domain.
	DomainFrom string `json:"domainFrom"`
	Files      []Rule `json:"files"`
	// Insertions register a task's worker in files that exist.
	Insertions []Insertion `json:"insertions"`

	files, shared fs.FS
}

// Key names the language with its variant, where it has one: name-variant.
func (l *Language) Key() string {
	if l.Variant == "" {
		return l.Name
	}
	return l.Name + "-" + l.Variant
}

// VariantName is the variant as people type it: PlainVariant where the language has no name for it.
func (l *Language) VariantName() string {
	if l.Variant == "" {
		return PlainVariant
	}
	return l.Variant
}

// Option is one choice; the first of Choices is taken where none is made.
type Option struct {
	Name    string   `json:"name"`
	Choices []string `json:"choices"`
}

// SDK is the library that the generated worker uses, pinned.
type SDK struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Toolchain is what must be installed to build and run the project. Program is asked for its version with Args; the first number
// with dots in what it prints is compared with Minimum. Home names a variable with the folder of the toolchain, such as JAVA_HOME:
// where it is set, programs come from the folder's bin first.
type Toolchain struct {
	Program string   `json:"program"`
	Args    []string `json:"args"`
	Home    string   `json:"home"`
	Minimum string   `json:"minimum"`
	Hint    string   `json:"hint"`
}

// When says for which choices a rule holds: every named option must have the value. Empty is always.
type When map[string]string

func (w When) fits(options map[string]string) bool {
	for name, value := range w {
		if options[name] != value {
			return false
		}
	}
	return true
}

// Commands are programs with their arguments, run one after the other. In a file, one command may stand without the outer list.
type Commands [][]string

// UnmarshalJSON reads a list of commands, or one command.
func (c *Commands) UnmarshalJSON(data []byte) error {
	var one []string
	if json.Unmarshal(data, &one) == nil {
		*c = nil
		if len(one) > 0 {
			*c = Commands{one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[][]string)(c))
}

// Steps are the language's own commands, as templates; orkesctl.yaml repeats them.
type Steps struct {
	When    When     `json:"when"`
	Install Commands `json:"install"`
	Build   Commands `json:"build"`
	Lint    Commands `json:"lint"`
	Test    Commands `json:"test"`
	Run     Commands `json:"run"`
}

// Rule says which template becomes which file. Source is a path in the language's folder, or in the folder shared by all languages
// where it begins with "common/". Target is itself a template. Each is "task" where there is one file for each task, else empty.
// Mode zero is 0644.
type Rule struct {
	Source string `json:"source"`
	Target string `json:"target"`
	Each   string `json:"each"`
	Mode   uint32 `json:"mode"`
	When   When   `json:"when"`
}

// Insertion puts Text, a template for one task, on a line of its own before the line of File that contains Marker. Sorted puts it in
// order among the lines above the marker that begin with the same word.
type Insertion struct {
	File   string `json:"file"`
	Marker string `json:"marker"`
	Text   string `json:"text"`
	Sorted bool   `json:"sorted"`
	When   When   `json:"when"`
}

// Choices fills in what was not chosen, and refuses what the language has not.
func (l *Language) Choices(given map[string]string) (map[string]string, error) {
	chosen := map[string]string{}
	for _, option := range l.Options {
		value := given[option.Name]
		if value == "" {
			value = option.Choices[0]
		}
		if !slices.Contains(option.Choices, value) {
			return nil, fmt.Errorf("--%s %s: %s has %s", option.Name, value, l.Key(), strings.Join(option.Choices, ", "))
		}
		chosen[option.Name] = value
	}
	for name, value := range given {
		if _, known := chosen[name]; !known && value != "" {
			return nil, fmt.Errorf("--%s: %s has no such choice", name, l.Key())
		}
	}
	return chosen, nil
}

// StepsFor returns the commands for the given choices.
func (l *Language) StepsFor(options map[string]string) Steps {
	for _, steps := range l.Steps {
		if steps.When.fits(options) {
			return steps
		}
	}
	return Steps{}
}

// Decoder turns the text of a language.yaml into v, by its json tags.
type Decoder func(data []byte, v any) error

// commonDir is the folder of the templates that every language shares.
const commonDir = "common"

// Languages reads every language of a folder, sorted by key. It fails on a folder whose language.yaml is wrong or names a template
// that is missing.
func Languages(fsys fs.FS, decode Decoder) ([]*Language, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	var list []*Language
	for _, entry := range entries {
		if _, err := fs.Stat(fsys, path.Join(entry.Name(), LanguageFile)); !entry.IsDir() || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		language, err := in(fsys, entry.Name(), decode)
		if err != nil {
			return nil, err
		}
		list = append(list, language)
	}
	slices.SortFunc(list, func(x, y *Language) int { return strings.Compare(x.Key(), y.Key()) })
	return list, nil
}

// in reads the language of a folder of fsys.
func in(fsys fs.FS, folder string, decode Decoder) (*Language, error) {
	files, err := fs.Sub(fsys, folder)
	if err != nil {
		return nil, fmt.Errorf("open the templates of %s: %w", folder, err)
	}
	language, err := Load(files, fsys, decode)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	return language, nil
}

// Named reads the one language whose folder has the name that its key is: to read all of them to find one would take most of the time
// that making a project takes. It reports false where there is none, which may still be the alias of one.
func Named(fsys fs.FS, word, variant string, decode Decoder) (*Language, bool) {
	folder := strings.ToLower(strings.TrimSpace(word))
	if variant = strings.ToLower(strings.TrimSpace(variant)); variant != "" && variant != PlainVariant {
		folder += "-" + variant
	}
	if !fs.ValidPath(folder) || strings.ContainsAny(folder, "/.") {
		return nil, false
	}
	language, err := in(fsys, folder, decode)
	if err != nil || language.Key() != folder || variant != "" && language.VariantName() != variant {
		return nil, false
	}
	return language, true
}

// Load reads one language from its folder. Templates in "common/" are taken from shared.
func Load(files, shared fs.FS, decode Decoder) (*Language, error) {
	data, err := fs.ReadFile(files, LanguageFile)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", LanguageFile, err)
	}
	language := &Language{files: files, shared: shared}
	if err := decode(data, language); err != nil {
		return nil, fmt.Errorf("%s: %w", LanguageFile, err)
	}
	if err := language.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", LanguageFile, err)
	}
	return language, nil
}

func (l *Language) check() error {
	if l.Name == "" || len(l.Files) == 0 || len(l.Steps) == 0 {
		return errors.New("name, files and steps are required")
	}
	for _, option := range l.Options {
		if option.Name == "" || len(option.Choices) == 0 {
			return errors.New("an option needs a name and choices")
		}
	}
	for _, rule := range l.Files {
		if _, err := fs.Stat(l.from(rule.Source), rule.Source); err != nil {
			return fmt.Errorf("read the template %s: %w", rule.Source, err)
		}
		if rule.Each != "" && rule.Each != "task" {
			return fmt.Errorf("%s: each is task or nothing", rule.Source)
		}
	}
	for _, insertion := range l.Insertions {
		if insertion.File == "" || insertion.Marker == "" || insertion.Text == "" {
			return errors.New("an insertion needs file, marker and text")
		}
	}
	return nil
}

// source reads a template.
func (l *Language) source(name string) (string, error) {
	text, err := fs.ReadFile(l.from(name), name)
	if err != nil {
		return "", fmt.Errorf("read the template %s: %w", name, err)
	}
	return string(text), nil
}

// from is where a template is.
func (l *Language) from(name string) fs.FS {
	if strings.HasPrefix(name, commonDir+"/") {
		return l.shared
	}
	return l.files
}

// PlainVariant is the word for the variant without a name.
const PlainVariant = "plain"

// Choose finds a language by its name, key or alias, whatever the case, in the named variant. Without one it is the plain variant,
// or the one that an alias stands for.
func Choose(languages []*Language, word, variant string) (*Language, bool) {
	word, variant = strings.ToLower(strings.TrimSpace(word)), strings.ToLower(strings.TrimSpace(variant))
	name := word
	for _, language := range languages {
		if language.Key() != word && !slices.Contains(language.Aliases, word) {
			continue
		}
		if variant == "" || variant == language.Variant {
			return language, true
		}
		name = language.Name
	}
	if variant == PlainVariant {
		variant = ""
	}
	for _, language := range languages {
		if language.Name == name && language.Variant == variant {
			return language, true
		}
	}
	return nil, false
}
