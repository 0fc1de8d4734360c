package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Exit codes; scripts rely on them (design §1).
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitNotFound    = 3
	ExitDenied      = 4
	ExitFindings    = 5
	ExitEndedBadly  = 6
	ExitInterrupted = 130
)

// Error is a failure as a person should see it: what went wrong, and what to type next. Exit zero means that the cause decides.
type Error struct {
	Err  error
	ID   string // stable, for programs; empty means that the exit code names it
	Hint string // the next step, one or more lines
	Exit int

	needs string // what it takes to be allowed this; see Needs
}

// Error returns the cause's text, without the hint.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Usage says that the command was typed wrongly: exit 2.
func Usage(hint, format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Hint: hint, Exit: ExitUsage, ID: "usage"}
}

// NotFound says that the named thing does not exist: exit 3.
func NotFound(hint, format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Hint: hint, Exit: ExitNotFound, ID: "not-found"}
}

// Failed says that the command could not do its work: exit 1.
func Failed(hint, format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Hint: hint, Exit: ExitFailed, ID: "failed"}
}

// Hint adds the next step to an error; the exit code stays that of the cause.
func Hint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Err: err, Hint: fmt.Sprintf(format, args...)}
}

// Needs adds to a refused permission what it takes: "Creating an application needs APPLICATION_CREATOR or ADMIN." The sentence is
// shown only where the server refused.
func Needs(err error, sentence string) error {
	if err == nil {
		return nil
	}
	return &Error{Err: err, needs: sentence}
}

// Silent is a failure that the command has already shown: only the exit code is left to report.
func Silent(exit int) error { return &Error{Err: errSilent, Exit: exit} }

var errSilent = errors.New("already reported")

// flatten gathers what the Errors along err's chain say: of each part, the outermost that is there.
func flatten(err error) *Error {
	all := &Error{Err: err}
	for known := (*Error)(nil); errors.As(err, &known); err = known.Err {
		if all.ID == "" {
			all.ID = known.ID
		}
		if all.Hint == "" {
			all.Hint = known.Hint
		}
		if all.Exit == 0 {
			all.Exit = known.Exit
		}
		if all.needs == "" {
			all.needs = known.needs
		}
	}
	return all
}

// ExitCode returns the exit code for a command's error.
func ExitCode(err error) int {
	var format *render.FormatError
	known := flatten(err)
	switch {
	case err == nil, isBrokenPipe(err):
		return ExitOK
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case known.Exit != 0:
		return known.Exit
	case errors.As(err, &format), errors.Is(err, term.ErrCannotAsk):
		return ExitUsage
	case conductor.IsNotFound(err):
		return ExitNotFound
	case conductor.IsUnauthenticated(err), conductor.IsForbidden(err):
		return ExitDenied
	default:
		return ExitFailed
	}
}

// isBrokenPipe reports whether the reader of our output has gone, as with `| head`: nothing to complain about. A server that
// hung up is something else.
func isBrokenPipe(err error) bool {
	var network *net.OpError
	return errors.Is(err, syscall.EPIPE) && !errors.As(err, &network)
}

// Report prints an error for people, or as JSON where the output is JSON, and returns the exit code.
func Report(d *Deps, err error) int {
	code := ExitCode(err)
	if code == ExitOK || errors.Is(err, errSilent) {
		return code
	}
	explained := d.explain(err)
	if d.Globals.Format.JSON() {
		writeJSON(d.Term.Err, explained, code)
		return code
	}
	headline := "interrupted" // what failed by it is of no interest
	if code != ExitInterrupted {
		headline = d.Term.PaintErr(term.Bad, "error:") + " " + explained.Error()
	}
	_, _ = fmt.Fprintln(d.Term.Err, headline)
	if explained.Hint != "" {
		_, _ = fmt.Fprintln(d.Term.Err, strings.TrimRight(explained.Hint, "\n"))
	}
	return code
}

func writeJSON(w io.Writer, err *Error, code int) {
	body := map[string]any{"id": err.ID, "message": err.Error()}
	if err.ID == "" {
		body["id"] = exitName(code)
	}
	var answer *conductor.Error
	if errors.As(err, &answer) {
		body["status"] = answer.Status
	}
	if err.Hint != "" {
		body["hint"] = err.Hint
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(map[string]any{"error": body})
}

func exitName(code int) string {
	names := map[int]string{
		ExitUsage: "usage", ExitNotFound: "not-found", ExitDenied: "denied", ExitFindings: "findings",
		ExitEndedBadly: "ended-badly", ExitInterrupted: "interrupted",
	}
	if name, ok := names[code]; ok {
		return name
	}
	return "failed"
}

func settingsError(err error) error {
	var unknown *config.UnknownProfileError
	var notURL *config.ServerURLError
	switch {
	case errors.As(err, &unknown):
		return &Error{Err: err, Exit: ExitNotFound, Hint: "Make it: orkesctl login --profile " + unknown.Name}
	case errors.Is(err, config.ErrNoDev):
		return &Error{Err: err, Hint: "Start one: orkesctl dev start"}
	case errors.Is(err, config.ErrHalfPair):
		return &Error{Err: err, Exit: ExitUsage, Hint: "Set both or none: unset CONDUCTOR_AUTH_KEY CONDUCTOR_AUTH_SECRET"}
	case errors.As(err, &notURL):
		return &Error{Err: err, Exit: ExitUsage, Hint: "Example: https://conductor.example.com/api   ·   what is used: orkesctl config show"}
	default:
		return err
	}
}
