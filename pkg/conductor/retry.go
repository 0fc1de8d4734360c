package conductor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryPolicy says how often and how long to wait before a call that is safe to repeat is sent again.
type RetryPolicy struct {
	Attempts int           // in all; 1 or less means never again
	Base     time.Duration // before the second attempt; doubled each time, with jitter
	Max      time.Duration // the longest wait, also of a Retry-After
	// Sleep waits; nil means a timer that obeys the context. Tests replace it.
	Sleep func(ctx context.Context, d time.Duration) error
}

// DefaultRetry is four attempts within about two seconds; a Retry-After of up to 30 s is honoured.
func DefaultRetry() RetryPolicy {
	return RetryPolicy{Attempts: 4, Base: 200 * time.Millisecond, Max: 30 * time.Second}
}

// worthRepeating reports whether the same request may have a better end: no connection, one that broke, 429, 502 to 504.
func worthRepeating(err error) bool {
	var connect *ConnectError
	var protocol *ProtocolError
	switch {
	case errors.As(err, &connect):
		return isPassing(connect.Err)
	case errors.As(err, &protocol):
		return protocol.Kind == CutOff
	}
	switch status(err) {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// unheard reports whether the server has certainly not done what was asked: no connection came about, or it had no time. Then even
// a start may be sent again.
func unheard(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Op == "dial" || op.Op == "proxyconnect"
	}
	return status(err) == http.StatusTooManyRequests
}

// gaveUpError is a failure after which the next attempt was due, and why it was not made.
type gaveUpError struct{ last, why error }

func (e *gaveUpError) Error() string   { return e.last.Error() + "; not tried again: " + e.why.Error() }
func (e *gaveUpError) Unwrap() []error { return []error{e.last, e.why} }

// wait sleeps before the next attempt. It fails at once where the context would end during the sleep.
func (p RetryPolicy) wait(ctx context.Context, attempt int, cause error) error {
	d := p.backOff(attempt)
	var answer *Error
	if errors.As(cause, &answer) && answer.RetryAfter > 0 {
		d = answer.RetryAfter
		if d > p.Max {
			return fmt.Errorf("the server asks to wait %s, and %s is the longest wait", d.Round(time.Second), p.Max)
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return fmt.Errorf("the next attempt would be too late: %w", context.DeadlineExceeded)
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

// backOff is the wait after the given attempt: between half of Base, doubled with each attempt, and all of it; at most Max.
func (p RetryPolicy) backOff(attempt int) time.Duration {
	d := min(max(0, p.Base), p.Max)
	for range attempt - 1 {
		if d > p.Max/2 {
			d = p.Max
			break
		}
		d *= 2
	}
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter needs no secrecy
}

// retryAfter reads both forms of Retry-After (RFC 9110, section 10.2.3): whole seconds, or a date, which is compared with the
// server's own Date where it sent one, so that clocks may differ. Zero means that there is none, or that it is over.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		return time.Duration(min(max(0, seconds), math.MaxInt64/int64(time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if server, err := http.ParseTime(header.Get("Date")); err == nil {
		now = server
	}
	return max(0, at.Sub(now))
}
