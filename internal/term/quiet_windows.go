package term

import (
	xterm "github.com/charmbracelet/x/term"
	"golang.org/x/sys/windows"
)

// quiet is a console's state in which a line is typed unseen, and Ctrl-C still interrupts.
func quiet(state xterm.State) *xterm.State {
	state.Mode &^= windows.ENABLE_ECHO_INPUT
	state.Mode |= windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT
	return &state
}
