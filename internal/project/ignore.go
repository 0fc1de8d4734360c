package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Ignored reports whether git would leave out the file at path, as the .gitignore files beside and above it say, up to the
// repository's root.
func Ignored(path string) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	ignores := NewIgnores(filepath.Dir(path))
	for dir := filepath.Dir(path); strings.HasPrefix(dir, ignores.top) && dir != ignores.top; dir = filepath.Dir(dir) {
		if ignores.Ignored(dir, true) {
			return true
		}
	}
	return ignores.Ignored(path, false)
}

// Ignores knows the .gitignore files of a repository, read as they are needed. It is for walking down: whether a folder above is
// ignored is not asked again.
type Ignores struct {
	top   string              // the repository's root, or the root of the file system
	rules map[string][]ignore // by folder
}

// NewIgnores is for dir and what is in it. Dir is absolute.
func NewIgnores(dir string) *Ignores {
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || dir == filepath.Dir(dir) {
			return &Ignores{top: dir, rules: map[string][]ignore{}}
		}
	}
}

// Ignored reports whether git would leave out what is at path. The last line that fits decides, and files further down come later.
func (i *Ignores) Ignored(path string, folder bool) bool {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return false
		}
		for _, rule := range slices.Backward(i.in(dir)) {
			if rule.fits(filepath.ToSlash(name), folder) {
				return !rule.negated
			}
		}
		if dir == i.top || dir == filepath.Dir(dir) {
			return false
		}
	}
}

func (i *Ignores) in(dir string) []ignore {
	rules, known := i.rules[dir]
	if !known {
		text, _ := os.ReadFile(filepath.Join(dir, ".gitignore")) //nolint:gosec // a .gitignore beside the user's own files
		for line := range strings.Lines(string(text)) {
			if rule, ok := parseIgnore(line); ok {
				rules = append(rules, rule)
			}
		}
		i.rules[dir] = rules
	}
	return rules
}

// ignore is one line of a .gitignore: words with wildcards between slashes. One that is not rooted holds in every folder below.
type ignore struct {
	words                   []string
	negated, folder, rooted bool
}

func parseIgnore(line string) (ignore, bool) {
	line = strings.TrimRight(line, " \t\r\n")
	if line == "" || strings.HasPrefix(line, "#") {
		return ignore{}, false
	}
	var rule ignore
	line, rule.negated = strings.CutPrefix(line, "!")
	line, rule.folder = strings.CutSuffix(line, "/")
	rule.rooted = strings.Contains(line, "/")
	rule.words = strings.Split(strings.TrimPrefix(line, "/"), "/")
	return rule, line != ""
}

// fits reports whether the line is about name, a path from the folder of the .gitignore.
func (r ignore) fits(name string, folder bool) bool {
	if r.folder && !folder {
		return false
	}
	if !r.rooted {
		name = path.Base(name)
	}
	return matches(r.words, strings.Split(name, "/"))
}

// matches compares word by word; ** stands for any number of them, at the end for at least one. Where a word does not fit, the last **
// takes one more: no other need.
func matches(pattern, words []string) bool {
	last, taken := -1, 0
	for p, w := 0, 0; ; {
		switch {
		case w == len(words):
			return p == len(pattern)
		case p < len(pattern) && pattern[p] == "**":
			last, taken, p = p, w, p+1
		case p < len(pattern) && fits(pattern[p], words[w]):
			p, w = p+1, w+1
		case last >= 0:
			taken++
			p, w = last+1, taken
		default:
			return false
		}
	}
}

func fits(pattern, word string) bool {
	fits, err := path.Match(pattern, word)
	return err == nil && fits
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
