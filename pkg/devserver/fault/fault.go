// Package fault holds the errors of the embedded server that have a meaning in HTTP. The engine and the access rules make
// them, and only package api turns them into answers.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in terms that a caller can act on.
type Kind int

// The kinds, each with the status that package api answers.
const (
	KindInternal        Kind = iota // 500
	KindInvalid                     // 400
	KindUnauthenticated             // 401, in the auth layer's shape (access sheet §1.3)
	KindForbidden                   // 403
	KindNotFound                    // 404
	KindConflict                    // 409
	KindTooLarge                    // 413
	KindUnsupported                 // 501
	KindTooMany                     // 429
)

// Codes of the auth layer; the SDKs refresh their token on either.
const (
	CodeInvalidToken = "INVALID_TOKEN"
	CodeExpiredToken = "EXPIRED_TOKEN"
)

// Violation is one broken rule of a request: where, what, and the value as text where it is a scalar.
type Violation struct {
	Path    string `json:"path"`
	Message string `json:"message"`
	Invalid string `json:"invalidValue,omitempty"`
}

// Error is a failure with its kind. Code is set for KindUnauthenticated; Subject names what KindUnsupported is about
// (a task type, a route).
type Error struct {
	Kind       Kind
	Message    string
	Code       string
	Subject    string
	Violations []Violation
}

// Error returns the message that the server answers.
func (e *Error) Error() string { return e.Message }

// KindOf returns the kind of an error made here, and KindInternal for any other.
func KindOf(err error) Kind {
	var fault *Error
	if errors.As(err, &fault) {
		return fault.Kind
	}
	return KindInternal
}

func newError(kind Kind, format string, args []any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Invalid says that the request breaks a rule.
func Invalid(format string, args ...any) *Error { return newError(KindInvalid, format, args) }

// Violated says which rules a request breaks, in the words of the real server.
func Violated(violations []Violation) *Error {
	return &Error{Kind: KindInvalid, Message: "Validation failed, check below errors for detail.", Violations: violations}
}

// Unauthenticated says that the caller is not known; code is CodeInvalidToken or CodeExpiredToken.
func Unauthenticated(code, message string) *Error {
	return &Error{Kind: KindUnauthenticated, Message: message, Code: code}
}

// Forbidden says that the caller is known and may not do this.
func Forbidden(format string, args ...any) *Error { return newError(KindForbidden, format, args) }

// NotFound says that the named thing does not exist.
func NotFound(format string, args ...any) *Error { return newError(KindNotFound, format, args) }

// Conflict says that the state of the thing does not allow this.
func Conflict(format string, args ...any) *Error { return newError(KindConflict, format, args) }

// TooLarge says that a body or value is over its limit.
func TooLarge(format string, args ...any) *Error { return newError(KindTooLarge, format, args) }

// TooMany says that a limit is reached for now: the same may be allowed later.
func TooMany(format string, args ...any) *Error { return newError(KindTooMany, format, args) }

// Unsupported says that this server does not implement subject yet.
func Unsupported(subject, format string, args ...any) *Error {
	err := newError(KindUnsupported, format, args)
	err.Subject = subject
	return err
}
