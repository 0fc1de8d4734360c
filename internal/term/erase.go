package term

import "fmt"

// CanErase reports whether standard output is a terminal that can draw over what it shows.
func (t *Term) CanErase() bool { return t.outTTY && !t.dumb }

// Erase returns what makes a terminal forget the last lines lines, so that the next text stands in their place. It is empty where
// the terminal cannot do that.
func (t *Term) Erase(lines int) string {
	if lines == 0 || !t.CanErase() {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\x1b[J", lines)
}
