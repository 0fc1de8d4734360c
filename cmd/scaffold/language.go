package scaffold

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
	"github.com/orkesctl/orkesctl/templates"
)

func decode(data []byte, v any) error {
	text, err := manifest.ToJSON(data)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

func languages() ([]*scaffold.Language, error) { return scaffold.Languages(templates.FS(), decode) }

func completeLanguages(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	list, err := languages()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return names(list), cobra.ShellCompDirectiveNoFileComp
}

// names lists each language once, whatever its variants.
func names(list []*scaffold.Language) []string {
	var names []string
	for _, language := range list {
		if len(names) == 0 || names[len(names)-1] != language.Name {
			names = append(names, language.Name)
		}
	}
	return names
}

// language is the one that was asked for, or the project's own.
func (o workerOptions) language(existing *project.Project) (*scaffold.Language, error) {
	if o.template != "" {
		language, err := scaffold.Load(os.DirFS(filepath.Clean(o.template)), templates.FS(), decode)
		return language, cli.Hint(err, "A template is a folder with a language.yaml: see docs/scaffold.md")
	}
	if language, found := o.named(existing); found {
		return language, nil
	}
	list, err := languages()
	if err != nil {
		return nil, err
	}
	if existing == nil {
		return choose(list, o.lang, o.variant)
	}
	language, found := scaffold.Choose(list, existing.Origin.Language, existing.Origin.Variant)
	if !found {
		return nil, cli.Failed("A worker can be added to a project that orkesctl scaffold worker made. For a new one: --dir NAME",
			"%s does not say which template the project was made from", filepath.Join(existing.Root, project.FileName))
	}
	if o.lang != "" {
		asked, err := choose(list, o.lang, o.variant)
		if err != nil {
			return nil, err
		}
		if asked.Name != language.Name || o.variant != "" && asked != language {
			return nil, cli.Usage("Make another project: --dir NAME", "%s is a %s project, not %s", existing.Root, language.Key(), asked.Key())
		}
	}
	return language, nil
}

// named finds the language without reading all of them, where only one can be meant.
func (o workerOptions) named(existing *project.Project) (*scaffold.Language, bool) {
	switch {
	case existing == nil:
		return scaffold.Named(templates.FS(), o.lang, o.variant, decode)
	case o.lang == "" && o.variant == "":
		return scaffold.Named(templates.FS(), existing.Origin.Language, existing.Origin.Variant, decode)
	}
	return nil, false
}

func choose(list []*scaffold.Language, word, variant string) (*scaffold.Language, error) {
	known := names(list)
	hint := "One of: " + strings.Join(known, ", ") + "\nExample: orkesctl scaffold worker --lang " + known[0]
	if word == "" {
		return nil, cli.Usage(hint, "which language? --lang is missing")
	}
	if language, found := scaffold.Choose(list, word, variant); found {
		return language, nil
	}
	if language, found := scaffold.Choose(list, word, ""); found {
		return nil, cli.Usage("It has: "+strings.Join(variants(list, language.Name), ", "), "--variant %s: %s has no such variant", variant, language.Name)
	}
	if near, found := definition.Nearest(word, known); found {
		hint = "Did you mean --lang " + near + "?\n" + hint
	}
	return nil, cli.Usage(hint, "--lang %s: there is no template for it", word)
}

func variants(list []*scaffold.Language, name string) []string {
	var found []string
	for _, language := range list {
		if language.Name == name {
			found = append(found, language.VariantName())
		}
	}
	return found
}
