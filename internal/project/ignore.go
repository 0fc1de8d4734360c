package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ignored reports whether git would leave out the file at path, as the .gitignore files beside and above it say.
func Ignored(path string) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	return NewIgnores(filepath.Dir(path)).Ignored(path, false)
}

// Ignores answers for the files below one folder what Ignored does for one file; each .gitignore is read once. A file in a folder
// that is ignored is so too, but only the folder is asked about: whoever walks a tree does not enter it.
type Ignores struct{ files map[string]ignoreFile }

// ignoreFile is what the .gitignore of a folder says. The last folder is the repository's own: what is above it does not count.
type ignoreFile struct {
	rules []ignoreRule
	last  bool
}

// ignoreRule is one line: a pattern by its parts, of which ** stands for any number of folders.
type ignoreRule struct {
	parts   []string
	negated bool
	folders bool // only folders fit
}

// NewIgnores reads the .gitignore files of dir and of the folders above it in the same repository.
func NewIgnores(dir string) *Ignores {
	g := &Ignores{files: map[string]ignoreFile{}}
	g.read(dir)
	return g
}

// Ignored reports whether git would leave out the file, or the folder, at path, which is absolute.
func (g *Ignores) Ignored(path string, folder bool) bool {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		file := g.read(dir)
		relative, err := filepath.Rel(dir, path)
		if err != nil {
			return false
		}
		if ignored, decided := file.decide(strings.Split(filepath.ToSlash(relative), "/"), folder); decided {
			return ignored
		}
		if file.last {
			return false
		}
	}
}

func (g *Ignores) read(dir string) ignoreFile {
	if known, found := g.files[dir]; found {
		return known
	}
	var file ignoreFile
	text, err := os.ReadFile(filepath.Join(dir, ".gitignore")) //nolint:gosec // a .gitignore of the user's own tree
	if err == nil {
		for row := range strings.SplitSeq(string(text), "\n") {
			if rule, ok := parseIgnore(row); ok {
				file.rules = append(file.rules, rule)
			}
		}
	}
	_, err = os.Stat(filepath.Join(dir, ".git"))
	file.last = err == nil || dir == filepath.Dir(dir)
	g.files[dir] = file
	return file
}

func parseIgnore(row string) (ignoreRule, bool) {
	row = strings.TrimSpace(row)
	if row == "" || strings.HasPrefix(row, "#") {
		return ignoreRule{}, false
	}
	var rule ignoreRule
	row, rule.negated = strings.CutPrefix(row, "!")
	row, rule.folders = strings.CutSuffix(row, "/")
	anchored := strings.Contains(row, "/") // else it counts at any depth
	rule.parts = strings.Split(strings.TrimPrefix(row, "/"), "/")
	if !anchored {
		rule.parts = append([]string{"**"}, rule.parts...)
	}
	return rule, row != ""
}

// decide lets the last rule that fits have its say.
func (f ignoreFile) decide(path []string, folder bool) (ignored, decided bool) {
	for _, rule := range slices.Backward(f.rules) {
		if (folder || !rule.folders) && fits(rule.parts, path) {
			return !rule.negated, true
		}
	}
	return false, false
}

func fits(pattern, path []string) bool {
	for ; len(pattern) > 0; pattern, path = pattern[1:], path[1:] {
		if pattern[0] == "**" {
			for pattern = pattern[1:]; len(pattern) > 0 && pattern[0] == "**"; pattern = pattern[1:] {
			}
			for i := range path {
				if len(pattern) == 0 || fits(pattern, path[i:]) {
					return true
				}
			}
			return false
		}
		if len(path) == 0 {
			return false
		}
		if same, err := filepath.Match(pattern[0], path[0]); err != nil || !same {
			return false
		}
	}
	return len(path) == 0
}

// Ignore adds the name of the file at path to the .gitignore beside it.
func Ignore(path string) error {
	file := filepath.Join(filepath.Dir(path), ".gitignore")
	old, err := os.ReadFile(file) //nolint:gosec // a .gitignore beside the user's own file
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", file, err)
	}
	text := string(old)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if err := os.WriteFile(file, []byte(text+filepath.Base(path)+"\n"), 0o644); err != nil { //nolint:gosec // a .gitignore is public
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
