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

// levenshtein counts the insertions, deletions and replacements between two words.
func levenshtein(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		previous := row[0]
		row[0] = i + 1
		for j, y := range to {
			cost := previous
			if x != y {
				cost = 1 + min(previous, row[j], row[j+1])
			}
			previous, row[j+1] = row[j+1], cost
		}
	}
	return row[len(to)]
}
