//go:build unix

package term

import (
	xterm "github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
)

// quiet is a terminal's state in which a line is typed unseen, and Ctrl-C still interrupts.
func quiet(state xterm.State) *xterm.State {
	state.Lflag &^= unix.ECHO
	state.Lflag |= unix.ICANON | unix.ISIG
	state.Iflag |= unix.ICRNL
	return &state
}
