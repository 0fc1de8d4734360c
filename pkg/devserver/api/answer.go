package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func write(w http.ResponseWriter, result any) {
	switch v := result.(type) {
	case nil:
		w.WriteHeader(http.StatusOK)
	case noContent:
		w.WriteHeader(http.StatusNoContent)
	case text:
		writeText(w, http.StatusOK, string(v))
	case plain:
		writeText(w, v.status, v.text)
	case typed:
		w.Header().Set("Content-Type", v.contentType)
		w.Header().Set("Content-Length", strconv.Itoa(len(v.data)))
		_, _ = w.Write(v.data)
	default:
		writeJSON(w, http.StatusOK, v)
	}
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	answer := &whole{w: w, status: status}
	enc := json.NewEncoder(answer)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil && answer.status != 0 { // else the client may have gone
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// whole is an answer that is written at once, as an encoder does: its length is known, so that it needs no chunks.
type whole struct {
	w      http.ResponseWriter
	status int // zero once it is written
}

func (a *whole) Write(data []byte) (int, error) {
	if a.status != 0 {
		a.w.Header().Set("Content-Type", "application/json")
		a.w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		a.w.WriteHeader(a.status)
		a.status = 0
	}
	return a.w.Write(data)
}

// authError is the auth layer's body, with status, which some SDKs need (access sheet §1.3, workers sheet §0.5).
type authError struct {
	Status    int    `json:"status"`
	Message   string `json:"message"`
	Error     string `json:"error"`
	Timestamp int64  `json:"timestamp"`
}

// appError is the body of every other error (engine sheet §1.9).
type appError struct {
	Status     int               `json:"status"`
	Message    string            `json:"message"`
	Instance   string            `json:"instance,omitempty"`
	Retryable  bool              `json:"retryable"`
	Violations []fault.Violation `json:"validationErrors,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
}

func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	var f *fault.Error
	if !errors.As(err, &f) {
		if r.Context().Err() != nil {
			return // nobody listens any more
		}
		a.Logger.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		f = &fault.Error{Message: err.Error()}
	}
	status := statusOf(f.Kind)
	if f.Kind == fault.KindUnauthenticated {
		writeJSON(w, status, authError{Status: status, Message: f.Message, Error: f.Code, Timestamp: a.Now().UnixMilli()})
		return
	}
	body := appError{Status: status, Message: f.Message, Violations: f.Violations}
	if len(f.Violations) == 0 {
		body.Instance, _ = os.Hostname()
	}
	if f.Subject != "" {
		body.Metadata = map[string]string{"unsupported": f.Subject}
	}
	writeJSON(w, status, body)
}

// statusOf is the HTTP status of a kind of fault.
func statusOf(kind fault.Kind) int {
	return map[fault.Kind]int{
		fault.KindInternal: 500, fault.KindInvalid: 400, fault.KindUnauthenticated: 401, fault.KindForbidden: 403, fault.KindNotFound: 404,
		fault.KindConflict: 409, fault.KindTooLarge: 413, fault.KindUnsupported: 501,
		fault.KindTooMany: 429,
	}[kind]
}

// body decodes the request's JSON. An empty body is an error unless optional.
func (c *call) body(v any, optional bool) error {
	data, err := c.raw()
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		if optional {
			return nil
		}
		return fault.Invalid("Required request body is missing")
	}
	return decoded(data, v)
}

// decoded reads JSON of a request.
func decoded(data []byte, v any) error {
	if err := conductor.Decode(data, v); err != nil {
		return fault.Invalid("The request body is not what is expected here: %s", said(err))
	}
	return nil
}

// said words a decoder's error for the sender, who knows nothing of this program's types.
func said(err error) string {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	want := map[reflect.Kind]string{
		reflect.Bool: "true or false", reflect.String: "a string", reflect.Slice: "a list", reflect.Array: "a list",
		reflect.Map: "an object", reflect.Struct: "an object",
	}[wrong.Type.Kind()]
	if want == "" {
		want = "a number"
	}
	if wrong.Field == "" {
		return wrong.Value + " where " + want + " belongs"
	}
	return wrong.Field + " is " + wrong.Value + ", not " + want
}

func (c *call) raw() ([]byte, error) {
	data, err := io.ReadAll(c.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fault.TooLarge("The request body is larger than %d bytes", tooLarge.Limit)
	case err != nil:
		return nil, fault.Invalid("The request body could not be read: %v", err)
	}
	return data, nil
}

func (c *call) query() url.Values {
	if c.asked == nil {
		c.asked = c.URL.Query()
	}
	return c.asked
}

func (c *call) number(name string, preset int) (int, error) {
	value := c.query().Get(name)
	if value == "" {
		return preset, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0, fault.Invalid("Parameter %s: %q is not a number", name, value)
	}
	return n, nil
}

// page reads which part of a search is asked for.
func (c *call) page() (start, size int, err error) {
	if start, err = c.number("start", 0); err != nil {
		return 0, 0, err
	}
	size, err = c.number("size", 100)
	return start, size, err
}

func (c *call) flag(name string, preset bool) bool {
	switch given := strings.ToLower(c.query().Get(name)); given { // as Spring reads them
	case "true", "on", "yes", "1":
		return true
	case "false", "off", "no", "0":
		return false
	}
	return preset
}

// list reads a parameter that may repeat or hold commas.
func (c *call) list(name string) []string {
	var values []string
	for _, value := range c.query()[name] {
		for part := range strings.SplitSeq(value, ",") {
			if part != "" {
				values = append(values, part)
			}
		}
	}
	return values
}

func message(format string) map[string]string { return map[string]string{"message": format} }
