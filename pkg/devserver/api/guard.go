package api

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// maxBody bounds a request's body: 10 MB, as the real server's payloads.
const maxBody = 10 << 20

// guard is what stands before every handler: a panic becomes a 500, a page in a browser cannot drive the server, bodies are
// bounded, and doubled slashes are cleaned without a redirect, which would turn a POST into a GET.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer a.recovered(w, r)
		if err := a.browser(r); err != nil {
			a.fail(w, r, err)
			return
		}
		clean(r.URL)
		if !unbounded(r) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		next.ServeHTTP(w, r)
	})
}

func (a *api) recovered(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // recover returns the value itself
		panic(cause)
	}
	a.Logger.Error("a handler panicked", "method", r.Method, "path", r.URL.Path, "cause", cause, "stack", string(debug.Stack()))
	a.fail(w, r, &fault.Error{Message: fmt.Sprintf("internal error: %v", cause)})
}

// browser refuses what a page in the user's browser could send: a Host that is not ours (DNS rebinding), an Origin that is another
// site's.
func (a *api) browser(r *http.Request) error {
	if !a.ours(r.Host) {
		return fault.Forbidden("The Host header %q is not this server's: use its loopback address", r.Host)
	}
	// A page can make the browser send a GET without an Origin (an image, a link); this header it cannot leave out.
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return fault.Forbidden("Requests from pages of other sites are refused")
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host != r.Host {
		return fault.Forbidden("Requests from pages of %s are refused", origin)
	}
	return nil
}

func (a *api) ours(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if ip := net.ParseIP(name); ip != nil && ip.IsLoopback() {
		return true
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || a.Hosts != nil && slices.Contains(a.Hosts(), name)
}

// clean brings //tasks//poll/ into the form /tasks/poll; a slash that is part of a name (%2F) stays.
func clean(u *url.URL) {
	if u.RawPath == "" && !strings.HasSuffix(u.Path, "/") && !strings.Contains(u.Path, "//") {
		return // as nearly all are
	}
	squeeze := func(path string) string {
		for strings.Contains(path, "//") {
			path = strings.ReplaceAll(path, "//", "/")
		}
		if len(path) > 1 {
			path = strings.TrimSuffix(path, "/")
		}
		return path
	}
	// Only the escaped form tells a name's own slash from a separator.
	raw := squeeze(u.EscapedPath())
	if path, err := url.PathUnescape(raw); err == nil {
		u.Path, u.RawPath = path, raw
	}
}
