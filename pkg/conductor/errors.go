package conductor

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// maxErrorBody bounds what an Error keeps of a body: 64 KiB.
const maxErrorBody = 64 << 10

// Error is an answer other than 2xx.
type Error struct {
	Operation    string // what was asked, for people: `get task "x"`
	Method, Path string
	Status       int
	Code         string // the auth layer's "error": INVALID_TOKEN, EXPIRED_TOKEN, …
	Message      string // the server's own, without secrets and control characters; empty where it gave none
	RequestID    string // of the server or a gateway; empty where none named it
	Retryable    bool
	Invalid      []FieldError
	RetryAfter   time.Duration // zero where the server named none
	Body         []byte        // the first 64 KiB as they came; not for display: it may repeat what was sent
}

// FieldError is one broken rule of a request.
type FieldError struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// Error says what was asked, what the server answered and, where it gave one, the id to name when asking about it.
func (e *Error) Error() string {
	message := e.Message
	if message == "" {
		message = http.StatusText(e.Status)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s (HTTP %d", e.Operation, message, e.Status)
	if e.RequestID != "" {
		text.WriteString(", request " + e.RequestID)
	}
	text.WriteString(")")
	for _, field := range e.Invalid {
		text.WriteString("\n  " + field.Path + ": " + field.Message)
	}
	return text.String()
}

// ProtocolKind is a way in which an answer is not one of the API's.
type ProtocolKind string

// The kinds of answers that the API never gives.
const (
	HTMLPage        ProtocolKind = "html"
	LoginPage       ProtocolKind = "login"
	EmptyBody       ProtocolKind = "empty"
	CutOff          ProtocolKind = "cut-off"
	ForeignRedirect ProtocolKind = "redirect"
	NotJSON         ProtocolKind = "not-json"
	TooLarge        ProtocolKind = "too-large"
	RedirectLoop    ProtocolKind = "redirect-loop"
)

// ProtocolError is an answer that did not come from the API, or came damaged.
type ProtocolError struct {
	Operation string
	URL       string // the server's base
	Kind      ProtocolKind
	Status    int
	Target    string // of a redirect
	Body      []byte // the first bytes
}

// Error says what came instead of an answer.
func (e *ProtocolError) Error() string {
	texts := map[ProtocolKind]string{
		HTMLPage:        "answers a web page, not the API",
		LoginPage:       "answers a sign-in page, not the API",
		EmptyBody:       "sent an empty answer",
		CutOff:          "broke off in the middle of its answer",
		RedirectLoop:    "sends us on and on, now to " + e.Target,
		ForeignRedirect: "sends us on to " + e.Target + ": not followed",
		NotJSON:         "answered something that is not JSON",
		TooLarge:        fmt.Sprintf("sent more than %d MiB", maxBody>>20),
	}
	return fmt.Sprintf("%s: %s %s", e.Operation, e.URL, texts[e.Kind])
}

// ConnectError is a server that could not be reached.
type ConnectError struct {
	URL    string
	Reason string // plain words: "connection refused"
	Err    error
}

// Error names the server and why it cannot be reached.
func (e *ConnectError) Error() string { return fmt.Sprintf("cannot reach %s: %s", e.URL, e.Reason) }

// Unwrap returns the cause.
func (e *ConnectError) Unwrap() error { return e.Err }

// AuthError is a key that the server did not accept; the request that needed it was not sent.
type AuthError struct {
	KeyID string
	Err   error
}

// Error names the key, never the secret. Where no server was reached, the key has nothing to do with it.
func (e *AuthError) Error() string {
	if connect := (*ConnectError)(nil); errors.As(e.Err, &connect) {
		return e.Err.Error()
	}
	return fmt.Sprintf("sign in with key %s: %v", e.KeyID, e.Err)
}

// Unwrap returns what the server answered.
func (e *AuthError) Unwrap() error { return e.Err }

func status(err error) int {
	var answer *Error
	if errors.As(err, &answer) {
		return answer.Status
	}
	return 0
}

// IsNotFound reports whether the server says that there is no such thing.
func IsNotFound(err error) bool { return status(err) == http.StatusNotFound }

// IsConflict reports whether the state of things forbids it, such as a definition that exists.
func IsConflict(err error) bool { return status(err) == http.StatusConflict }

// IsUnauthenticated reports whether the server does not know who asks: no token, or one that it does not accept.
func IsUnauthenticated(err error) bool {
	var auth *AuthError
	if errors.As(err, &auth) {
		code := status(auth.Err)
		return code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusBadRequest
	}
	return status(err) == http.StatusUnauthorized || isTokenFailure(err)
}

// IsForbidden reports whether the server knows who asks and does not allow it. A key that is refused, whatever the status, is not that.
func IsForbidden(err error) bool {
	var auth *AuthError
	return status(err) == http.StatusForbidden && !isTokenFailure(err) && !errors.As(err, &auth)
}

// IsUnavailable reports whether the server could not be reached or cannot answer now.
func IsUnavailable(err error) bool {
	var connect *ConnectError
	code := status(err)
	return errors.As(err, &connect) || code == http.StatusTooManyRequests || code >= http.StatusInternalServerError && code != http.StatusNotImplemented
}

// isTokenFailure tells a refused token from a refused permission: only the former has an error code (access sheet §1.3).
func isTokenFailure(err error) bool {
	var answer *Error
	if !errors.As(err, &answer) || answer.Status != http.StatusUnauthorized && answer.Status != http.StatusForbidden {
		return false
	}
	return answer.Code == "EXPIRED_TOKEN" || answer.Code == "INVALID_TOKEN"
}
