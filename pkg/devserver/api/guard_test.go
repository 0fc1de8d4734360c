package api

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// as sends a request that a test has made up, as an administrator.
func (f *fixture) as(request *http.Request) *httptest.ResponseRecorder {
	f.t.Helper()
	request.Header.Set("X-Authorization", f.tokens["ADMIN"])
	answer := httptest.NewRecorder()
	f.handler.ServeHTTP(answer, request)
	return answer
}

// A handler that panics is an answer of 500 and a line in the log, and the next request is served; only net/http's own way to break a
// connection off goes through.
func TestPanics(t *testing.T) {
	f := newFixture(t)
	var logged bytes.Buffer
	f.api.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	f.api.open("GET /api/panics", func(*call) (any, error) { panic("a bug") })
	f.api.open("GET /api/aborts", func(*call) (any, error) { panic(http.ErrAbortHandler) })
	answer := f.send("none", "GET /api/panics", "")
	require.Equal(t, 500, answer.Code)
	requireRefusal(t, answer)
	require.Contains(t, answer.Body.String(), "internal error: a bug")
	require.Contains(t, logged.String(), "path=/api/panics")
	require.Contains(t, logged.String(), "TestPanics", "where it was")
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { f.send("none", "GET /api/aborts", "") })
	require.Equal(t, 200, f.send("none", "GET /api/version", "").Code)
}

// An error that no rule foresees is 500 with its text, logged, and silent where the asker has gone.
func TestUnforeseenErrors(t *testing.T) {
	f := newFixture(t)
	var logged bytes.Buffer
	f.api.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	f.api.open("GET /api/fails", func(c *call) (any, error) {
		<-c.Context().Done()
		return nil, c.Context().Err()
	})
	f.api.open("GET /api/breaks", func(*call) (any, error) { return nil, http.ErrNoLocation })
	answer := f.send("none", "GET /api/breaks", "")
	require.Equal(t, 500, answer.Code)
	requireRefusal(t, answer)
	require.Contains(t, logged.String(), "request failed")
	logged.Reset()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	gone := httptest.NewRecorder()
	f.handler.ServeHTTP(gone, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/api/fails", nil))
	require.Empty(t, gone.Body.String())
	require.Empty(t, logged.String())
}

// The server answers under its own names only: loopback ones, and the address that it was bound to.
func TestHosts(t *testing.T) {
	f := newFixture(t)
	f.api.Hosts = func() []string { return []string{"192.0.2.7", "devbox"} }
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST:1": 200, "api.localhost": 200, "127.0.0.1:8080": 200, "127.9.9.9": 200,
		"[::1]:8080": 200, "[::1]": 200, "192.0.2.7:8080": 200, "devbox": 200, "DevBox:80": 200,
		"evil.example": 403, "localhost.evil.example": 403, "192.0.2.8": 403, "127.0.0.1.evil.example": 403, "": 403, "[::2]:80": 403, "notlocalhost": 403,
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/api/metadata/taskdefs", nil)
		request.Host = host
		answer := f.as(request)
		require.Equal(t, want, answer.Code, "%q: %s", host, answer.Body)
		if want != 200 {
			requireRefusal(t, answer)
		}
	}
}

// A page may ask its own server; what another site's page sends is refused, whatever it asks for.
func TestOrigins(t *testing.T) {
	f := newFixture(t)
	for origin, want := range map[string]int{
		"http://localhost:8080": 200, "https://localhost:8080": 200, "http://localhost:9090": 403, "http://localhost": 403,
		"http://evil.example": 403, "null": 403, "http://%zz": 403, "localhost:8080": 403,
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			request := httptest.NewRequestWithContext(t.Context(), method, "http://localhost:8080/api/metadata/taskdefs", nil)
			request.Header.Set("Origin", origin)
			require.Equal(t, want, f.as(request).Code, "%s %q", method, origin)
		}
	}
	for site, want := range map[string]int{"cross-site": 403, "same-origin": 200, "same-site": 200, "none": 200} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/api/metadata/taskdefs", nil)
		request.Header.Set("Sec-Fetch-Site", site)
		require.Equal(t, want, f.as(request).Code, site)
	}
}

// Doubled and trailing slashes are as if they were not there, without a redirect; a slash within a name stays part of it.
func TestSlashes(t *testing.T) {
	f := newFixture(t)
	f.must("ADMIN", "POST /api/metadata/taskdefs", `[{"name":"a b%c:d"}]`)
	for _, path := range []string{
		"/api/metadata/taskdefs/t", "//api//metadata/taskdefs//t", "/api/metadata/taskdefs/t/", "/api/metadata/taskdefs/t//",
		"/api/metadata/taskdefs/%74", "/api/metadata/taskdefs/a%20b%25c:d", "/api/metadata/taskdefs/a%20b%25c%3Ad",
	} {
		require.Equal(t, 200, f.send("ADMIN", "GET "+path, "").Code, path)
	}
	answer := f.send("ADMIN", "GET /api/metadata/taskdefs/x%2Fy", "")
	require.Equal(t, 404, answer.Code)
	require.Contains(t, answer.Body.String(), "x/y", "one name, not two segments")
	f.must("owner", "POST //api/metadata//workflow/", `{"name":"posted","tasks":[{"name":"t","taskReferenceName":"r"}]}`)
}

// A known path with another method says which it has; an unknown path is no route; HEAD is GET.
func TestMethodsAndUnknownPaths(t *testing.T) {
	f := newFixture(t)
	for call, allow := range map[string]string{
		"PATCH /api/metadata/taskdefs": "GET, POST, PUT", "POST /api/metadata/taskdefs/t": "GET, DELETE", "DELETE /api/token": "POST",
		"OPTIONS /api/workflow/$RUN": "GET, POST, DELETE",
	} {
		answer := f.send("ADMIN", call, "")
		require.Equal(t, 405, answer.Code, call)
		require.Equal(t, allow, answer.Header().Get("Allow"), call)
		requireRefusal(t, answer)
	}
	for _, path := range []string{"/", "/api", "/api/nothing", "/metadata/taskdefs", "/api/tasks/a/b/c/d/e/f/g", "/API/version", "/api/workflow/x/y/z/q"} {
		answer := f.send("ADMIN", "GET "+path, "")
		require.Equal(t, 404, answer.Code, path)
		require.Contains(t, answer.Body.String(), "No static resource "+strings.TrimPrefix(path, "/"))
		requireRefusal(t, answer)
	}
	require.Equal(t, 200, f.send("ADMIN", "HEAD /api/metadata/taskdefs/t", "").Code)
	require.Equal(t, 404, f.send("ADMIN", "HEAD /api/metadata/taskdefs/unknown", "").Code)
}

// Doubled and trailing slashes go, and the slashes of a name stay in it.
func TestCleanKeepsNames(t *testing.T) {
	for given, want := range map[string]string{
		"//api//tasks///poll/a/": "/api/tasks/poll/a",
		"/api/taskdefs/a%2F":     "/api/taskdefs/a%2F",
		"/api/a%2F%2Fb/tags":     "/api/a%2F%2Fb/tags",
		"/api/a%20b//c":          "/api/a%20b/c",
		"/":                      "/",
	} {
		u, err := url.Parse("http://localhost" + given)
		require.NoError(t, err)
		clean(u)
		require.Equal(t, want, u.EscapedPath(), given)
	}
}
