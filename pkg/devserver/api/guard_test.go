package api

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

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
