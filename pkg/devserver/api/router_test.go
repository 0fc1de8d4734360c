package api

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// Where routes overlap, the one with the leftmost literal answers, as on the real server.
func TestTheLeftmostLiteralWins(t *testing.T) {
	r := router{routes: map[string][]*route{}}
	var hit string
	for _, pattern := range []string{"GET /{a}/{b}", "GET /x/{b}", "GET /{a}/y", "GET /x/y", "GET /{a}/{b}/{c}", "POST /x/y"} {
		r.add(pattern, func(http.ResponseWriter, *http.Request) { hit = pattern })
	}
	for path, want := range map[string]string{
		"/x/y": "GET /x/y", "/x/z": "GET /x/{b}", "/z/y": "GET /{a}/y", "/z/z": "GET /{a}/{b}", "/x/y/z": "GET /{a}/{b}/{c}", "/x": "", "/x%2Fy/z": "GET /{a}/{b}",
	} {
		hit = ""
		found := r.serve(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		require.Equal(t, want != "", found, path)
		require.Equal(t, want, hit, path)
	}
	require.True(t, r.has("GET /{other}/{names}"))
	require.False(t, r.has("GET /x/{b}/{c}"))
	require.Equal(t, []string{"GET", "POST"}, r.methods([]string{"x", "y"}))
}
