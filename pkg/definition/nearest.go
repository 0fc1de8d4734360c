package definition

import (
	"strings"
	"unicode/utf8"
)

// longestWord is beyond what people type and mistype, in bytes. Comparing takes the product of two words' lengths.
const longestWord = 200

// Nearest finds the known word that was probably meant: the same but for case, - and _, or at most a third of its letters away.
// Of words longer than 200 bytes nothing is guessed.
func Nearest(word string, known []string) (string, bool) {
	if len(word) > longestWord {
		return "", false
	}
	best, distance := "", max(1, utf8.RuneCountInString(word)/3)+1
	folded := fold(word)
	for _, candidate := range known {
		other := fold(candidate)
		if other == folded {
			return candidate, true
		}
		if apart := utf8.RuneCountInString(other) - utf8.RuneCountInString(folded); apart >= distance || -apart >= distance {
			continue // one takes at least that many insertions
		}
		if d := levenshtein(folded, other); d < distance {
			best, distance = candidate, d
		}
	}
	return best, best != ""
}

func fold(word string) string {
	return strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(word))
}

// levenshtein counts the insertions, deletions, replacements and swaps of neighbours between two words.
func levenshtein(a, b string) int {
	from, to := []rune(a), []rune(b)
	rows := make([][]int, len(from)+1)
	for i := range rows {
		rows[i] = make([]int, len(to)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(from); i++ {
		for j := 1; j <= len(to); j++ {
			cost := 1
			if from[i-1] == to[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(from)][len(to)]
}
