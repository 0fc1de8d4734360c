package conductor

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// maxErrorText bounds a plain text that is taken for an error's message, in bytes.
const maxErrorText = 300

// statusError makes an error of an answer other than 2xx: an *Error, or a *ProtocolError where it is not the API that answered.
func (c *Client) statusError(request call, response *RawResponse) error {
	if target := response.Header.Get("Location"); target != "" && response.Status < http.StatusBadRequest {
		return &ProtocolError{Operation: request.op, URL: c.base, Kind: ForeignRedirect, Status: response.Status, Target: c.clean(redactURL(target))}
	}
	busy := response.Status == http.StatusTooManyRequests || response.Status >= http.StatusInternalServerError
	if kind := pageKind(response); kind != "" && !busy {
		return c.protocol(request, kind, response)
	}
	body := readErrorBody(response)
	e := &Error{
		Operation: request.op, Method: request.method, Path: request.path, Status: response.Status,
		Code: body.code, Message: c.clean(body.message), Retryable: body.retryable, Invalid: body.invalid,
		RequestID: c.clean(requestID(response.Header)), RetryAfter: retryAfter(response.Header, time.Now()),
		Body: bytes.Clone(response.Body[:min(len(response.Body), maxErrorBody)]),
	}
	for i, field := range e.Invalid {
		e.Invalid[i] = FieldError{Path: c.clean(field.Path), Message: c.clean(field.Message)}
	}
	return e
}

// requestID is what to name when asking the server's people about an answer; gateways have their own headers for it.
func requestID(header http.Header) string {
	for _, name := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid"} {
		if id := header.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// errorBody is what an answer says about its failure (access sheet §1.3).
type errorBody struct {
	message, code string
	retryable     bool
	invalid       []FieldError
}

// readErrorBody reads field by field, so that one of an unexpected form does not hide the others. A short text from a gateway is
// the message.
func readErrorBody(response *RawResponse) errorBody {
	var fields map[string]json.RawMessage
	var body errorBody
	if json.Unmarshal(response.Body, &fields) != nil {
		if pageKind(response) == "" {
			body.message = firstLine(response.Body)
		}
		return body
	}
	_ = json.Unmarshal(fields["message"], &body.message)
	_ = json.Unmarshal(fields["error"], &body.code)
	_ = json.Unmarshal(fields["retryable"], &body.retryable)
	_ = json.Unmarshal(fields["validationErrors"], &body.invalid)
	return body
}

// firstLine is the first line of a short text; empty where it is JSON or too long to be meant for people.
func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte("\n"))
	if len(line) > maxErrorText || json.Valid(line) {
		return ""
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(line), "�"))
}

func (c *Client) protocol(request call, kind ProtocolKind, response *RawResponse) error {
	return &ProtocolError{
		Operation: request.op, URL: c.base, Kind: kind, Status: response.Status,
		Body: bytes.Clone(response.Body[:min(len(response.Body), 512)]),
	}
}

// pageKind tells a web page from an answer of the API; empty where it is none.
func pageKind(response *RawResponse) ProtocolKind {
	head := bytes.ToLower(bytes.TrimSpace(response.Body[:min(len(response.Body), 16<<10)]))
	html := strings.Contains(strings.ToLower(response.Header.Get("Content-Type")), "text/html") && !json.Valid(response.Body) ||
		bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
	if !html || len(head) == 0 {
		return ""
	}
	for _, sign := range []string{`type="password"`, "sign in", "log in", "login"} {
		if bytes.Contains(head, []byte(sign)) {
			return LoginPage
		}
	}
	return HTMLPage
}
