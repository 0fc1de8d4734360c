package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// resident is the server's resident memory in bytes.
func (s *server) resident(ctx context.Context) (int64, error) {
	pid := s.cmd.Process.Pid
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil { // not Linux
		text, err = exec.CommandContext(ctx, "ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec // G204: a number
		if err != nil {
			return 0, fmt.Errorf("read the memory of process %d: %w", pid, err)
		}
		text = append([]byte("VmRSS:"), text...)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0, fmt.Errorf("the system does not say how much memory process %d has", pid)
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	return kib * 1024, err
}

// clockTick is the unit of the times in /proc: Linux has it so on all machines that Go runs on.
const clockTick = time.Second / 100

// busy is the processor time that the server has taken so far, by user and system. Only Linux tells it so.
func (s *server) busy() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return busyTime(string(text))
}

// busyTime reads the 14th and the 15th field; the second, the program's name in brackets, may hold spaces.
func busyTime(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("the system does not say how busy the process is: %q", stat)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick, err
}
