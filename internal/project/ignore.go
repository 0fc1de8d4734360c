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

// Ignored reports whether git would leave out the file at path, as far as plain lines of the .gitignore files beside and above it
// say: the file's name, or a pattern of path.Match for it. With a leading slash a line counts only beside the file. The last line
// that fits decides, in the nearest .gitignore that has one.
func Ignored(path string) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	beside := filepath.Dir(path)
	for dir := beside; ; dir = filepath.Dir(dir) {
		if ignored, decided := ignoredIn(filepath.Join(dir, ".gitignore"), filepath.Base(path), dir == beside); decided {
			return ignored
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || dir == filepath.Dir(dir) {
			return false
		}
	}
}

func ignoredIn(file, name string, beside bool) (ignored, decided bool) {
	f, err := os.Open(file) //nolint:gosec // a .gitignore beside the user's own file
	if err != nil {
		return false, false
	}
	defer func() { _ = f.Close() }()
	for scanner := bufio.NewScanner(f); scanner.Scan(); {
		pattern, negated := strings.CutPrefix(strings.TrimSpace(scanner.Text()), "!")
		pattern, rooted := strings.CutPrefix(pattern, "/")
		if rooted && !beside {
			continue
		}
		if fits, err := filepath.Match(strings.TrimPrefix(pattern, "**/"), name); err == nil && fits {
			ignored, decided = !negated, true
		}
	}
	return ignored, decided
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
