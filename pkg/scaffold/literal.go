package scaffold

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// literal writes a string in double quotes as the language reads it: as JSON has it, or, where the language says how it writes a
// character's number, with that for every character that nobody sees.
func (l *Language) literal(text string) (string, error) {
	if l.Escape == "" {
		return quote(text)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, l.Escape, r)
		}
	}
	b.WriteByte('"')
	return b.String(), nil
}

// shell writes a word so that a POSIX shell takes it as it is.
func shell(word string) string {
	if regexp.MustCompile(`^[\w@%+=:,./-]+$`).MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
