package cli

import (
	"regexp"
	"slices"
	"strings"
)

var (
	plainWord  = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)
	secretWord = regexp.MustCompile(`(?i)(secret|password|token).*=`)
)

// Again returns the command line as it was typed, with flags added: what a hint tells people to type. A flag that is there
// already is replaced. Where a word may hold a secret, the words are left out.
func (d *Deps) Again(flags ...string) string {
	words, rest := d.Args, []string(nil)
	if slices.ContainsFunc(words, secretWord.MatchString) {
		words = []string{"…"}
	}
	if i := slices.Index(words, "--"); i >= 0 {
		words, rest = words[:i], words[i:]
	}
	for i := 0; i+1 < len(flags); i += 2 {
		words = withoutFlag(words, flags[i])
	}
	return CommandLine(slices.Concat(words, flags, rest)...)
}

// CommandLine is the program with these arguments as people type it, each word quoted where a shell needs that.
func CommandLine(args ...string) string {
	line := []string{"orkesctl"}
	for _, word := range args {
		line = append(line, ShellWord(word))
	}
	return strings.Join(line, " ")
}

// withoutFlag leaves out a flag with its value: "--app x" and "--app=x".
func withoutFlag(words []string, flag string) []string {
	var kept []string
	for i := 0; i < len(words); i++ {
		switch {
		case words[i] == flag:
			i++
		case !strings.HasPrefix(words[i], flag+"="):
			kept = append(kept, words[i])
		}
	}
	return kept
}

// ShellWord quotes a word where a shell would take it for something else.
func ShellWord(word string) string {
	if plainWord.MatchString(word) || word == "…" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
