package api

import (
	"net/http"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func (a *api) serverRoutes() {
	health := func(*call) (any, error) {
		return map[string]any{"healthy": true, "healthResults": []any{}, "suppressedHealthResults": []any{}}, nil
	}
	a.open("GET /health", health)
	a.open("GET /api/health", health)
	a.open("GET /metrics", a.metrics)
	a.open("GET /api/version", func(*call) (any, error) { return text(a.version()), nil })
}

// version begins with the version of the product that is imitated, since clients compare it, and names this server behind it.
func (a *api) version() string {
	imitated := "3.32.1"
	if a.Access != nil {
		imitated = "5.2.0"
	}
	return imitated + "-orkesctl." + a.Version
}

// unsupportedRoutes answer 501 for what the real servers have and this one has not yet.
func (a *api) unsupportedRoutes() {
	add := func(register func(string, handler), patterns []string) {
		for _, pattern := range patterns {
			if !a.router.has(pattern) {
				register(pattern, unsupported(pattern))
			}
		}
	}
	closed, open := a.unsupported()
	add(a.route, closed)
	add(a.open, open)
}

func unsupported(pattern string) handler {
	return func(*call) (any, error) {
		return nil, fault.Unsupported(pattern, "%s is not implemented by this development server yet", pattern)
	}
}

// serve answers what no route takes: 405 for a known path with another method, 404 for the rest; always JSON.
func (a *api) serve(w http.ResponseWriter, r *http.Request) {
	if a.router.serve(w, r) {
		return
	}
	methods := a.router.methods(split(r.URL.EscapedPath()))
	if len(methods) == 0 {
		a.fail(w, r, fault.NotFound("No static resource %s.", strings.TrimPrefix(r.URL.Path, "/")))
		return
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	writeJSON(w, http.StatusMethodNotAllowed, appError{
		Status: http.StatusMethodNotAllowed, Message: "Request method '" + r.Method + "' is not supported",
	})
}
