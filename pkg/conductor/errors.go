package conductor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
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
	Message      string // the server's own
	RequestID    string
	Retryable    bool
	Invalid      []FieldError
	RetryAfter   time.Duration // zero where the server named none
	Body         []byte        // the first 64 KiB, where it was not the server's error form
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
		ForeignRedirect: "sends us on to " + e.Target + ": not followed",
		NotJSON:         "answered something that is not JSON",
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

// Error names the key, never the secret.
func (e *AuthError) Error() string { return fmt.Sprintf("sign in with key %s: %v", e.KeyID, e.Err) }

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

// IsForbidden reports whether the server knows who asks and does not allow it.
func IsForbidden(err error) bool { return status(err) == http.StatusForbidden && !isTokenFailure(err) }

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

func (c *Client) statusError(request call, response *RawResponse) error {
	if kind := pageKind(response); kind != "" && response.Status < http.StatusInternalServerError {
		return c.protocol(request, kind, response)
	}
	e := &Error{
		Operation: request.op, Method: request.method, Path: request.path, Status: response.Status,
		RequestID: response.Header.Get("X-Request-Id"), RetryAfter: retryAfter(response.Header.Get("Retry-After"), time.Now()),
	}
	var body struct {
		Message          string       `json:"message"`
		Error            any          `json:"error"`
		Retryable        bool         `json:"retryable"`
		ValidationErrors []FieldError `json:"validationErrors"`
	}
	if json.Unmarshal(response.Body, &body) != nil || body.Message == "" && body.Error == nil {
		e.Body = response.Body[:min(len(response.Body), maxErrorBody)]
		return e
	}
	e.Message, e.Retryable, e.Invalid = body.Message, body.Retryable, body.ValidationErrors
	e.Code, _ = body.Error.(string)
	return e
}

func (c *Client) protocol(request call, kind ProtocolKind, response *RawResponse) error {
	return &ProtocolError{
		Operation: request.op, URL: c.base, Kind: kind, Status: response.Status,
		Body: response.Body[:min(len(response.Body), 512)],
	}
}

// pageKind tells a web page from an answer of the API; empty where it is none.
func pageKind(response *RawResponse) ProtocolKind {
	head := bytes.ToLower(bytes.TrimSpace(response.Body[:min(len(response.Body), 16<<10)]))
	html := strings.Contains(response.Header.Get("Content-Type"), "text/html") ||
		bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
	switch {
	case !html:
		return ""
	case bytes.Contains(head, []byte(`type="password"`)), bytes.Contains(head, []byte("sign in")), bytes.Contains(head, []byte("log in")), bytes.Contains(head, []byte("login")):
		return LoginPage
	default:
		return HTMLPage
	}
}

type foreignRedirectError struct{ target string }

func (e *foreignRedirectError) Error() string { return "redirected to " + e.target }

func (c *Client) connectError(request call, err error) error {
	var foreign *foreignRedirectError
	if errors.As(err, &foreign) {
		return &ProtocolError{Operation: request.op, URL: c.base, Kind: ForeignRedirect, Target: foreign.target}
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", request.op, context.Canceled)
	}
	return &ConnectError{URL: c.base, Reason: reason(err), Err: err}
}

func reason(err error) string {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var netErr net.Error
	var urlErr *url.Error
	switch {
	case errors.As(err, &dns):
		return "no such host: " + dns.Name
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &unknown):
		return "its certificate is signed by an authority that is not trusted here (give it with ca-file)"
	case errors.As(err, &host), errors.As(err, &invalid):
		return "its certificate is not valid: " + err.Error()
	case errors.As(err, &record):
		return "it does not speak TLS: try http://"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection was reset"
	case errors.As(err, &urlErr):
		return urlErr.Err.Error()
	default:
		return err.Error()
	}
}

// retryAfter reads both forms of the header: seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
