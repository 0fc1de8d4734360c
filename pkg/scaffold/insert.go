package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoMarker is returned where the place for a worker's registration is not in the file any more.
var ErrNoMarker = errors.New("the place to register workers is gone")

// insert puts the addition's text before the marker's line, indented as that line is. Text that is there already is not added again.
func (a Addition) insert(content []byte) ([]byte, error) {
	newline := "\n"
	if bytes.Contains(content, []byte("\r\n")) {
		newline = "\r\n"
	}
	lines := strings.Split(string(content), newline)
	marker := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, a.Marker) })
	if marker < 0 {
		return nil, fmt.Errorf("%s: no line has %q: %w", a.Path, a.Marker, ErrNoMarker)
	}
	margin := lines[marker][:len(lines[marker])-len(strings.TrimLeft(lines[marker], " \t"))]
	var added []string
	for line := range strings.SplitSeq(strings.TrimRight(a.Text, "\n"), "\n") {
		added = append(added, margin+line)
	}
	if has(lines, added) {
		return content, nil
	}
	at := marker
	if a.Sorted {
		at = a.place(lines, marker, added[0])
	}
	return []byte(strings.Join(slices.Insert(lines, at, added...), newline)), nil
}

// has reports whether the lines hold the added ones, one after the other, whatever their indentation is now.
func has(lines, added []string) bool {
	for i := range lines {
		if len(lines)-i >= len(added) && slices.EqualFunc(lines[i:i+len(added)], added, func(x, y string) bool {
			return strings.TrimSpace(x) == strings.TrimSpace(y)
		}) {
			return true
		}
	}
	return false
}

// place finds where the line belongs among those above the marker that begin with the same word.
func (a Addition) place(lines []string, marker int, line string) int {
	word := func(text string) string {
		first, _, _ := strings.Cut(strings.TrimSpace(text), " ")
		return first
	}
	at := marker
	for at > 0 && word(lines[at-1]) == word(line) && lines[at-1] > line {
		at--
	}
	return at
}
