package api

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Where routes overlap, the one with the leftmost literal answers, as on the real server.
func TestTheLeftmostLiteralWins(t *testing.T) {
	r := router{routes: map[shape][]*route{}}
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

// An answer's length is known before it is sent, however long it is; what cannot be encoded is the server's fault.
func TestAnswersHaveALength(t *testing.T) {
	for _, body := range []any{"a", strings.Repeat("long", 5000), map[string]any{}} {
		w := httptest.NewRecorder()
		writeJSON(w, http.StatusTeapot, body)
		require.Equal(t, http.StatusTeapot, w.Code)
		require.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	}
	w := httptest.NewRecorder()
	writeJSON(w, http.StatusOK, func() {})
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Zero(t, w.Body.Len())
}
