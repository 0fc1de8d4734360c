package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/metric"
)

// Observer is told of every request. Its parts may be left out.
type Observer struct {
	Requests *metric.Requests
	Log      func(Access)
	Wall     func() time.Time // the time that requests take; nil is the machine's
}

// Access is one request as a log tells it. There is neither query nor header nor body in it: a token or secret could be.
type Access struct {
	Time   time.Time     `json:"time"` // of its end
	Client string        `json:"client"`
	Caller string        `json:"caller,omitempty"` // the user's id, where a good token was sent
	Method string        `json:"method"`
	Path   string        `json:"path"`
	Status int           `json:"status"` // 0: cut off on purpose
	Bytes  int64         `json:"bytes"`
	Took   time.Duration `json:"-"`
	Millis float64       `json:"ms"`
}

// AccessLog returns a function that writes each request as a line, of JSON or as people read it.
func AccessLog(to io.Writer, asJSON bool) func(Access) {
	var mu sync.Mutex
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	return func(r Access) {
		r.Time, r.Millis = r.Time.UTC(), float64(r.Took.Microseconds())/1000
		mu.Lock()
		defer mu.Unlock()
		if asJSON {
			_ = encoder.Encode(r)
			return
		}
		if r.Caller == "" {
			r.Caller = "-"
		}
		_, _ = fmt.Fprintf(to, "%s %s %s %s %s %d %dB %.3fms\n", r.Time.Format("2006-01-02T15:04:05.000Z"), r.Client, r.Caller, r.Method, r.Path, r.Status, r.Bytes, r.Millis)
	}
}

// exchange is an answer that is looked at on its way.
type exchange struct {
	http.ResponseWriter

	status int
	bytes  int64
	caller string
}

// WriteHeader remembers the first status.
func (e *exchange) WriteHeader(status int) {
	if e.status == 0 {
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (e *exchange) Write(p []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	n, err := e.ResponseWriter.Write(p)
	e.bytes += int64(n)
	return n, err
}

// Unwrap lets net/http find what lies below.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// observe tells the observer of each request, also of one that a handler cut off.
func (a *api) observe(next http.Handler) http.Handler {
	watch := a.Observer
	if watch.Requests == nil && watch.Log == nil {
		return next
	}
	if watch.Requests == nil {
		watch.Requests = new(metric.Requests)
	}
	if watch.Wall == nil {
		watch.Wall = time.Now
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen, began := &exchange{ResponseWriter: w}, watch.Wall()
		path := r.URL.EscapedPath() // as it was sent: a line break in it stays escaped
		watch.Requests.Begin()
		defer func() {
			end := watch.Wall()
			if r.Pattern == "" { // refused before it came to its route
				r.Pattern = a.router.patternOf(r)
			}
			watch.Requests.End(r.Pattern, seen.status, end.Sub(began))
			if watch.Log != nil {
				watch.Log(Access{
					Time: end, Took: end.Sub(began), Client: host(r.RemoteAddr), Caller: seen.caller, Method: r.Method, Path: path, Status: seen.status, Bytes: seen.bytes,
				})
			}
		}()
		next.ServeHTTP(seen, r)
		if seen.status == 0 && r.Context().Err() == nil {
			seen.status = http.StatusOK // an answer of nothing
		}
	})
}

// calls tells an observed answer whose it is.
func (c *call) calls(userID string) {
	if seen, observed := c.w.(*exchange); observed {
		seen.caller = userID
	}
}

func host(address string) string {
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return address
}
