package definition

import "strings"

// Nearest finds the known word that was probably meant: the same but for case, - and _, or at most a third of its letters away.
func Nearest(word string, known []string) (string, bool) {
	best, distance := "", max(1, len([]rune(word))/3)+1
	for _, candidate := range known {
		if fold(candidate) == fold(word) {
			return candidate, true
		}
		if d := levenshtein(fold(word), fold(candidate)); d < distance {
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
