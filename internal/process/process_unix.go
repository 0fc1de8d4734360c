//go:build unix

package process

import (
	"os"
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func ownSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// interrupt asks the whole group, so that what a launcher such as `go run` started hears it too.
func interrupt(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGTERM) }

func killNow(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }

// group is the process group of a child: everything it started that did not leave it.
type group int

func newGroup(p *os.Process) group { return group(p.Pid) }

// kill never sends to group zero, which is our own.
func (g group) kill() {
	if g > 0 {
		_ = syscall.Kill(-int(g), syscall.SIGKILL)
	}
}

func (g group) close() {}

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// signalName is the signal that ended a process; empty where none did.
func signalName(state *os.ProcessState) string {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return status.Signal().String()
	}
	return ""
}

func sameVariable(a, b string) bool { return a == b }
