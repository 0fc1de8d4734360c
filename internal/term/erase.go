package term

import "fmt"

// Erase returns what makes a terminal forget the last lines lines, so that the next text stands in their place. It is empty where
// the terminal cannot do that.
func (t *Term) Erase(lines int) string {
	if lines == 0 || !t.outTTY || t.dumb {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\x1b[J", lines)
}
