package conductor_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestNormalizeURLMakesOneFormOfAllSpellings(t *testing.T) {
	for _, test := range []struct{ raw, want string }{
		{"http://localhost:8080", "http://localhost:8080/api"},
		{"http://localhost:8080/", "http://localhost:8080/api"},
		{"http://localhost:8080/api", "http://localhost:8080/api"},
		{"http://localhost:8080/api/", "http://localhost:8080/api"},
		{"http://localhost:8080//api//", "http://localhost:8080/api"},
		{"  https://play.orkes.io/api\n", "https://play.orkes.io/api"},
		{"HTTPS://Play.Orkes.IO", "https://play.orkes.io/api"},
		{"https://gateway.example.com/conductor", "https://gateway.example.com/conductor/api"},
		{"https://gateway.example.com/Team-A/conductor/api/", "https://gateway.example.com/Team-A/conductor/api"},
		{"https://gateway.example.com/team%20a", "https://gateway.example.com/team%20a/api"},
		{"https://gateway.example.com/apis", "https://gateway.example.com/apis/api"},
		{"https://play.orkes.io?", "https://play.orkes.io/api"},
		{"https://play.orkes.io:", "https://play.orkes.io/api"},
		{"http://[::1]:8080", "http://[::1]:8080/api"},
		{"http://[2001:DB8::1]/conductor/", "http://[2001:db8::1]/conductor/api"},
		{"http://[fe80::1%25eth0]:8080", "http://[fe80::1%25eth0]:8080/api"},
		{"http://bücher.example", "http://b%C3%BCcher.example/api"},
	} {
		t.Run(test.raw, func(t *testing.T) {
			got, err := conductor.NormalizeURL(test.raw)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestNormalizeURLTakesHTTPOnlyForThisMachine(t *testing.T) {
	for _, test := range []struct{ raw, want string }{
		{"localhost:8080", "http://localhost:8080/api"},
		{"LOCALHOST/api", "http://localhost/api"},
		{"127.0.0.1:8080", "http://127.0.0.1:8080/api"},
		{"127.1.2.3", "http://127.1.2.3/api"},
		{"[::1]:8080/api", "http://[::1]:8080/api"},
		{"play.orkes.io", "https://play.orkes.io/api"},
		{"10.0.0.1:8080", "https://10.0.0.1:8080/api"},
		{"[2001:db8::1]:8080", "https://[2001:db8::1]:8080/api"},
		{"localhost.example.com", "https://localhost.example.com/api"},
		{"localhosting.example.com:8080/x", "https://localhosting.example.com:8080/x/api"},
		{"127.0.0.1.example.com", "https://127.0.0.1.example.com/api"},
	} {
		t.Run(test.raw, func(t *testing.T) {
			got, err := conductor.NormalizeURL(test.raw)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestNormalizeURLRefusesWhatIsNoServer(t *testing.T) {
	for _, test := range []struct{ raw, why string }{
		{"", "empty"},
		{" \t", "empty"},
		{"ftp://play.orkes.io", "scheme"},
		{"://play.orkes.io", "not a URL"},
		{"http://", "no host"},
		{"http:///api", "no host"},
		{"http://:8080", "no host"},
		{"http://play.orkes.io:port", "not a URL"},
		{"http://[::1", "not a URL"},
		{"::1", "brackets"},
		{"http://2001:db8::1", "brackets"},
		{"http://play.orkes.io/%zz", "not a URL"},
		{"https://me:hunter2@play.orkes.io", "user name or password"},
		{"me:hunter2@play.orkes.io", "user name or password"},
		{"https://play.orkes.io/api?token=hunter2", "query or fragment"},
		{"https://play.orkes.io/api#/tasks", "query or fragment"},
		{"https://play.orkes.io/../api", "only dots"},
		{"https://play.orkes.io/./api", "only dots"},
		{"https://play.orkes.io/%2e%2E/api", "only dots"},
	} {
		t.Run(test.raw, func(t *testing.T) {
			_, err := conductor.NormalizeURL(test.raw)
			require.ErrorContains(t, err, test.why)
			_, err = conductor.New(test.raw)
			require.ErrorContains(t, err, test.why)
		})
	}
}

func TestNormalizeURLNeverRepeatsAPassword(t *testing.T) {
	for _, raw := range []string{
		"https://me:hunter2@play.orkes.io", "https://me:hunter2%zz@play.orkes.io", "https://me:hunter2@play.orkes.io:port",
		"me:hunter2@play.orkes.io:port", "https://play.orkes.io:port/?token=hunter2", "https://play.orkes.io/%zz?x=1&secret=hunter2",
	} {
		t.Run(raw, func(t *testing.T) {
			_, err := conductor.NormalizeURL(raw)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestClientKeepsTheNormalizedURL(t *testing.T) {
	c, err := conductor.New("localhost:8080/")
	require.NoError(t, err)
	require.Equal(t, "http://localhost:8080/api", c.BaseURL())
}

func FuzzNormalizeURL(f *testing.F) {
	for _, seed := range []string{
		"", "localhost:8080", "https://play.orkes.io/api/", "http://[fe80::1%25eth0]:80", "//x", "a@b", "http://a%20b", "http://x/%2f/%2e", "::1",
		"https://x/a b/api", "http://x/api/%61pi", "HTTP://É", "http://x:/", "http://x/\"<>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := conductor.NormalizeURL(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(got)
		require.NoError(t, err, got)
		require.Contains(t, []string{"http", "https"}, u.Scheme)
		require.NotEmpty(t, u.Hostname())
		require.Nil(t, u.User)
		require.Empty(t, u.RawQuery+u.Fragment)
		require.True(t, strings.HasSuffix(got, "/api"), got)
		again, err := conductor.NormalizeURL(got)
		require.NoError(t, err)
		require.Equal(t, got, again, "normalizing twice changes nothing")
	})
}
