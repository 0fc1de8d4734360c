package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/orkesctl/orkesctl/internal/process"
)

// Ended passes the exit code of a program on that a command ran. One that was asked to end and did so well is a success.
func Ended(ctx context.Context, err error) error {
	var exit *process.ExitError
	switch {
	case err == nil, ctx.Err() != nil && errors.Is(err, context.Canceled):
		return nil
	case errors.As(err, &exit) && exit.Code > 0:
		return &Error{
			Err: fmt.Errorf("%s ended with code %d", exit.Program, exit.Code), Exit: exit.Code, ID: "program-ended",
			Hint: "Its last lines are above.",
		}
	default:
		return err
	}
}
