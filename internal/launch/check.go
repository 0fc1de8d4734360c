package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/process"
)

// Budget is how long a healthy start may be held up by checks: 300 ms.
const Budget = 300 * time.Millisecond

// Problem is something that would stop the workers, and what mends it.
type Problem struct{ What, Fix string }

// Check looks at what must be on this machine: the toolchain and, where dependencies is set, the project's dependencies. What
// takes longer than Budget is taken to be well.
func (u *Unit) Check(ctx context.Context, dependencies bool) []Problem {
	var problems []Problem
	if _, problem := u.Toolchain(ctx, Budget); problem != nil {
		problems = append(problems, *problem)
	}
	if problem := u.Dependencies(); dependencies && problem != nil {
		problems = append(problems, *problem)
	}
	return problems
}

// Dependencies looks whether the project's dependencies are installed; nil where they are, or the build gets them.
func (u *Unit) Dependencies() *Problem {
	if u.Language == nil || u.Language.Ready == "" || exists(filepath.Join(u.Project.Root, filepath.FromSlash(u.Language.Ready))) {
		return nil
	}
	return &Problem{fmt.Sprintf("the dependencies are not installed (no %s)", u.Language.Ready), "orkesctl worker install"}
}

// Toolchain asks the toolchain's program for its version, for at most limit, and says what is wrong with it. The version is empty
// where it cannot be known.
func (u *Unit) Toolchain(ctx context.Context, limit time.Duration) (found string, problem *Problem) {
	if u.Language == nil || u.Language.Toolchain.Program == "" {
		return "", nil
	}
	tool := u.Language.Toolchain
	program := u.Program(tool.Program)
	if _, err := exec.LookPath(program); err != nil {
		return "", &Problem{tool.Program + " is not installed", tool.Hint}
	}
	if tool.Minimum == "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out bytes.Buffer
	err := process.Run(ctx, process.Command{Args: append([]string{program}, tool.Args...), Dir: u.Project.Root, Stdout: &out, Stderr: &out, Wait: -1})
	found = version(out.String())
	if err != nil || found == "" || atLeast(found, tool.Minimum) {
		return found, nil
	}
	return found, &Problem{fmt.Sprintf("%s is version %s; at least %s is needed", program, found, tool.Minimum), tool.Hint}
}

// version is the first number in a text, with its dots.
func version(text string) string {
	return regexp.MustCompile(`\d+(\.\d+)*`).FindString(text)
}

func atLeast(found, minimum string) bool {
	have, want := strings.Split(found, "."), strings.Split(minimum, ".")
	for i, part := range want {
		n, _ := strconv.Atoi(part)
		m := 0
		if i < len(have) {
			m, _ = strconv.Atoi(have[i])
		}
		if m != n {
			return m > n
		}
	}
	return true
}

// Explain says what to do about a command of the project that could not be started.
func (u *Unit) Explain(program string, err error) (hint string) {
	switch {
	case !errors.Is(err, exec.ErrNotFound):
		return ""
	case u.Language != nil && u.Language.Toolchain.Hint != "":
		return u.Language.Toolchain.Hint + ", then try again."
	default:
		return "Install " + program + ", then try again."
	}
}
