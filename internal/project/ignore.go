package project

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Ignored reports whether git would leave out the file at path, as far as plain lines of the .gitignore files beside and above
// it say: the file's name, with or without a leading slash, or a pattern of path.Match.
func Ignored(path string) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	name := filepath.Base(path)
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if ignoredIn(filepath.Join(dir, ".gitignore"), name) {
			return true
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || dir == filepath.Dir(dir) {
			return false
		}
	}
}

func ignoredIn(file, name string) bool {
	f, err := os.Open(file) //nolint:gosec // a .gitignore beside the user's own file
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	ignored := false
	for scanner := bufio.NewScanner(f); scanner.Scan(); {
		pattern := strings.TrimSpace(scanner.Text())
		negated := strings.HasPrefix(pattern, "!")
		pattern = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(pattern, "!"), "/"), "**/")
		if ok, err := filepath.Match(pattern, name); err == nil && ok {
			ignored = !negated
		}
	}
	return ignored
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
