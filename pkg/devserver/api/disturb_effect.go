package api

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// recorded is an answer that is not sent yet.
type recorded struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func newRecorded() *recorded { return &recorded{header: http.Header{}, code: http.StatusOK} }

// Header is what the answer will have.
func (r *recorded) Header() http.Header { return r.header }

// WriteHeader keeps the status.
func (r *recorded) WriteHeader(code int) { r.code = code }

// Write keeps a part of the body.
func (r *recorded) Write(p []byte) (int, error) { return r.body.Write(p) }

func (d *disturber) disturb(rule *disturbance, w http.ResponseWriter, r *http.Request, next http.Handler) {
	kind, value, _ := strings.Cut(rule.Fault, "=")
	switch kind {
	case "401-expired":
		d.api.fail(w, r, &fault.Error{Kind: fault.KindUnauthenticated, Code: "EXPIRED_TOKEN", Message: "Token has expired (a fault made on purpose)"})
	case "html":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!DOCTYPE html><html><body>Bad gateway (a fault made on purpose)</body></html>")
	case "reset":
		panic(http.ErrAbortHandler)
	case "truncate":
		truncate(w, r, next)
	case "latency":
		d.late(value, w, r, next)
	case duplicateDelivery:
		d.twice(rule, w, r, next)
	case "lost-update":
		lose(w, r)
	default:
		refuse(w, r, kind)
	}
}

// refuse answers an error of the application layer, as a gateway or an overloaded server does.
func refuse(w http.ResponseWriter, r *http.Request, status string) {
	code, _ := strconv.Atoi(status)
	if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, code, appError{
		Status: code, Message: fmt.Sprintf("%s %s: a fault made on purpose", r.Method, r.URL.Path), Instance: "disturbance", Retryable: code >= 500,
	})
}

// truncate lets the request be done, and cuts its answer off in the middle.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler) {
	whole := newRecorded()
	next.ServeHTTP(whole, r)
	body := whole.body.Bytes()
	if len(body) < 2 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", whole.Header().Get("Content-Type"))
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(whole.code)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func (d *disturber) late(value string, w http.ResponseWriter, r *http.Request, next http.Handler) {
	wait, err := time.ParseDuration(value)
	if err == nil {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	next.ServeHTTP(w, r)
}

// twice gives the tasks of one poll to the next one again, as a server does that lost the acknowledgement.
func (d *disturber) twice(rule *disturbance, w http.ResponseWriter, r *http.Request, next http.Handler) {
	d.mu.Lock()
	kept := rule.kept
	rule.kept = nil
	if kept != nil {
		rule.Hits++
	}
	d.mu.Unlock()
	if kept != nil {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(kept)
		return
	}
	answer := newRecorded()
	next.ServeHTTP(answer, r)
	body := answer.body.Bytes()
	if answer.code == http.StatusOK && bytes.Contains(body, []byte(`"taskId"`)) {
		d.mu.Lock()
		rule.kept = body
		d.mu.Unlock()
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.code)
	_, _ = w.Write(body)
}

// lose takes a worker's result, says that all is well, and throws it away.
func lose(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	var result conductor.TaskResult
	_ = conductor.Decode(data, &result)
	if strings.HasSuffix(r.URL.Path, "/update-v2") {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	write(w, text(result.TaskID))
}
