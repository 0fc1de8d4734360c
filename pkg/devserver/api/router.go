package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// router finds the handler of a path. The real server's routes overlap (/workflow/{id}/status and /workflow/running/{name}), which
// http.ServeMux refuses; here the leftmost literal wins, as there.
type router struct {
	routes map[shape][]*route // the most specific first
}

// shape is what a path has in common with the patterns that may match it.
type shape struct {
	method   string
	segments int
}

type route struct {
	pattern  string
	segments []string
	handle   http.HandlerFunc
}

// split cuts a path at its slashes, so that an escaped slash stays in its segment.
func split(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

func (r *router) add(pattern string, handle http.HandlerFunc) {
	method, path, _ := strings.Cut(pattern, " ")
	added := &route{pattern: pattern, segments: split(path), handle: handle}
	at := shape{method, len(added.segments)}
	r.routes[at] = append(r.routes[at], added)
	slices.SortStableFunc(r.routes[at], compare)
}

// compare puts literals before wildcards, from the left.
func compare(x, y *route) int {
	for i := range x.segments {
		wildX, wildY := x.wild(i), y.wild(i)
		if wildX != wildY {
			if wildX {
				return 1
			}
			return -1
		}
	}
	return 0
}

func (r *route) wild(i int) bool { return strings.HasPrefix(r.segments[i], "{") }

func (r *route) matches(segments []string) bool {
	for i, segment := range segments {
		if !r.wild(i) && r.segments[i] != segment {
			return false
		}
	}
	return true
}

// find returns the route of a method and path, nil where there is none.
func (r *router) find(method string, segments []string) *route {
	for _, candidate := range r.routes[shape{method, len(segments)}] {
		if candidate.matches(segments) {
			return candidate
		}
	}
	return nil
}

// has reports whether the pattern itself is there already, whatever its wildcards are called.
func (r *router) has(pattern string) bool {
	method, path, _ := strings.Cut(pattern, " ")
	segments := split(path)
	same := func(candidate *route) bool {
		for i, segment := range segments {
			if candidate.wild(i) != strings.HasPrefix(segment, "{") || !candidate.wild(i) && candidate.segments[i] != segment {
				return false
			}
		}
		return true
	}
	return slices.ContainsFunc(r.routes[shape{method, len(segments)}], same)
}

// methods lists the methods that a path has.
func (r *router) methods(segments []string) []string {
	var found []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if r.find(method, segments) != nil {
			found = append(found, method)
		}
	}
	return found
}

// patternOf is the pattern of the route that a request has, empty where it has none.
func (r *router) patternOf(req *http.Request) string {
	if found, _ := r.match(req); found != nil {
		return found.pattern
	}
	return ""
}

// serve runs the handler with the path's values set, and reports whether there was one.
func (r *router) serve(w http.ResponseWriter, req *http.Request) bool {
	found, segments := r.match(req)
	if found == nil {
		return false
	}
	for i, segment := range segments {
		if found.wild(i) {
			req.SetPathValue(strings.Trim(found.segments[i], "{}"), segment)
		}
	}
	req.Pattern = found.pattern
	found.handle(w, req)
	return true
}

// match returns the route of a request, nil where there is none, and the parts of its path.
func (r *router) match(req *http.Request) (*route, []string) {
	method := req.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := split(req.URL.EscapedPath())
	for i, segment := range segments {
		if value, err := url.PathUnescape(segment); err == nil {
			segments[i] = value
		}
	}
	return r.find(method, segments), segments
}
