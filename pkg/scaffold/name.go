package scaffold

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// words cuts a name at everything that is neither a letter nor a digit, and where a small letter meets a capital one. Letters
// outside ASCII are kept where they have a case, and written as their code where they have none, so that no two names meet by it.
func words(name string) []string {
	var list []string
	var current []rune
	flush := func() {
		if len(current) > 0 {
			list = append(list, string(current))
			current = nil
		}
	}
	previous := ' '
	for _, r := range name {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if unicode.IsUpper(r) && unicode.IsLower(previous) {
				flush()
			}
			current = append(current, r)
		case r >= unicode.MaxASCII:
			flush()
			current = []rune(fmt.Sprintf("u%x", r))
			flush()
		default:
			flush()
		}
		previous = r
	}
	flush()
	if len(list) == 0 {
		return []string{"task"}
	}
	return list
}

// camel writes a name as GetInventory, with a letter first, and abbreviations as the language writes them (ProductID).
func (l *Language) camel(name string) string {
	var b strings.Builder
	for _, word := range words(name) {
		if slices.Contains(l.Initialisms, strings.ToLower(word)) {
			b.WriteString(strings.ToUpper(word))
			continue
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	text := short(b.String())
	if text[0] >= '0' && text[0] <= '9' {
		return "Task" + text
	}
	return text
}

// lower writes a camel name with a small letter first: getInventory.
func lower(camel string) string { return strings.ToLower(camel[:1]) + camel[1:] }

// longest is how many bytes of a name files and identifiers are made of: file systems take 255 for a file's name with its endings.
const longest = 80

// short cuts a name at a number of bytes; what is cut is ASCII already.
func short(text string) string { return strings.TrimRight(text[:min(len(text), longest)], "_") }

// snake writes a name as get_inventory, with a letter first.
func snake(name string) string {
	text := short(strings.ToLower(strings.Join(words(name), "_")))
	if text[0] >= '0' && text[0] <= '9' {
		return "task_" + text
	}
	return text
}

// kebab writes a name as get-inventory.
func kebab(name string) string { return strings.ReplaceAll(snake(name), "_", "-") }

// unique makes a name different from those taken, by a number at its end.
func unique(name string, taken map[string]bool, format string) string {
	candidate := name
	for n := 2; taken[strings.ToLower(candidate)]; n++ {
		candidate = fmt.Sprintf(format, strings.TrimRight(name, "_"), n)
	}
	taken[strings.ToLower(candidate)] = true
	return candidate
}

// safe changes words that the language keeps for itself.
func (l *Language) safe(name string) string {
	if slices.Contains(l.Reserved, name) {
		return name + "_"
	}
	return name
}

// ProjectName makes a folder's and application's name of a task's: lower case, words joined by -.
func ProjectName(task string) string { return kebab(task) }
