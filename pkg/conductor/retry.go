package conductor

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// RetryPolicy says how often and how long to wait before a call that is safe to repeat is sent again.
type RetryPolicy struct {
	Attempts int           // in all; 1 means never again
	Base     time.Duration // before the second attempt; doubled each time, with jitter
	Max      time.Duration // the longest wait, also of a Retry-After
	// Sleep waits; nil means a timer that obeys the context. Tests replace it.
	Sleep func(ctx context.Context, d time.Duration) error
}

// DefaultRetry is four attempts within about two seconds; a Retry-After of up to 30 s is honoured.
func DefaultRetry() RetryPolicy {
	return RetryPolicy{Attempts: 4, Base: 200 * time.Millisecond, Max: 30 * time.Second}
}

// worthRepeating reports whether the same request may have a better end: no connection, 429, 502 to 504.
func worthRepeating(err error) bool {
	var connect *ConnectError
	if errors.As(err, &connect) {
		return !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled)
	}
	switch status(err) {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// wait sleeps before the next attempt. It fails at once where the context would end during the sleep.
func (p RetryPolicy) wait(ctx context.Context, attempt int, cause error) error {
	d := p.Base << (attempt - 1)
	d = d/2 + rand.N(d/2+1) //nolint:gosec // jitter needs no secrecy
	var answer *Error
	if errors.As(cause, &answer) && answer.RetryAfter > 0 {
		d = answer.RetryAfter
	}
	if d > p.Max {
		if answer != nil && answer.RetryAfter > 0 {
			return errors.New("the server asks for a longer wait than is sensible")
		}
		d = p.Max
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	if p.Sleep != nil {
		return p.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
