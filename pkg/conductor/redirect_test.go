package conductor_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// moved sends on to target, where %s is the path and query that were asked for.
func moved(status int, target string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", strings.ReplaceAll(target, "%s", r.RequestURI))
		w.WriteHeader(status)
	}
}

func redirects() []int { return []int{301, 302, 303, 307, 308} }

func TestARedirectToAnotherHostIsNotFollowed(t *testing.T) {
	other := serve(t, answer(http.StatusOK, `[]`))
	for _, status := range redirects() {
		for name, use := range map[string]use{
			"read":  func(ctx context.Context, c *conductor.Client) error { return only(c.Applications.List(ctx)) },
			"write": func(ctx context.Context, c *conductor.Client) error { return c.TaskDefs.Put(ctx, nil) },
			"start": func(ctx context.Context, c *conductor.Client) error {
				return only(c.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: "w"}))
			},
			"delete": func(ctx context.Context, c *conductor.Client) error { return c.TaskDefs.Delete(ctx, "x") },
		} {
			t.Run(fmt.Sprintf("%d %s", status, name), func(t *testing.T) {
				s := serve(t, minting(moved(status, other.URL+"/next?token="+canary)))
				err := use(t.Context(), connect(t, s, withKey()))
				protocol := requireProtocol(t, err, conductor.ForeignRedirect)
				require.Contains(t, protocol.Target, other.URL)
				require.ErrorContains(t, err, "sends us on to "+other.URL)
				require.ErrorContains(t, err, ": not followed")
				require.NotContains(t, err.Error(), canary)
				require.Len(t, s.requests(), 2, "and it is not asked again")
			})
		}
	}
	require.Empty(t, other.requests(), "nothing, and so no credentials, went to the other host")
}

func TestARedirectOfTheTokenEndpointDoesNotCarryTheSecretAway(t *testing.T) {
	other := serve(t, answer(http.StatusOK, `{"token":"t"}`))
	for _, status := range redirects() {
		err := listApplications(t, connect(t, serve(t, moved(status, other.URL+"%s")), withKey()))
		requireProtocol(t, err, conductor.ForeignRedirect)
		require.ErrorContains(t, err, "sign in with key key: ")
	}
	require.Empty(t, other.requests())
}

func TestAnotherSchemePortOrNameIsAnotherHost(t *testing.T) {
	for _, target := range []string{
		"https://127.0.0.1:1%s", "http://127.0.0.1%s", "http://localhost:1%s", "//elsewhere.example%s", "http://user:" + canary + "@elsewhere.example%s",
	} {
		t.Run(target, func(t *testing.T) {
			err := listApplications(t, connect(t, serve(t, moved(http.StatusFound, target)), conductor.WithToken(canary)))
			requireProtocol(t, err, conductor.ForeignRedirect)
			require.NotContains(t, err.Error(), canary)
		})
	}
}

func TestARedirectWithinTheServerIsFollowedWithTheToken(t *testing.T) {
	for _, status := range redirects() {
		for name, target := range map[string]func(*server) string{
			"path":    func(*server) string { return "/moved" },
			"address": func(s *server) string { return s.URL + "/moved" },
			"case":    func(s *server) string { return strings.ToUpper(s.URL[:4]) + s.URL[4:] + "/moved" },
		} {
			t.Run(fmt.Sprintf("%d %s", status, name), func(t *testing.T) {
				var s *server
				s = serve(t, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/moved" {
						write(w, http.StatusOK, `[]`)
						return
					}
					moved(status, target(s))(w, r)
				})
				require.NoError(t, listApplications(t, connect(t, s, conductor.WithToken("t1"))))
				require.Equal(t, []string{listLine, "GET /moved"}, s.lines())
				require.Equal(t, "t1", s.requests()[1].Header.Get("X-Authorization"))
			})
		}
	}
}

// A write that is sent on as a write is followed with its body; one that would become a read is not.
func TestAWriteStaysAWriteOverARedirect(t *testing.T) {
	for status, followed := range map[int]bool{301: false, 302: false, 303: false, 307: true, 308: true} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/moved" {
				w.WriteHeader(http.StatusOK)
				return
			}
			moved(status, "/moved?secret="+canary)(w, r)
		})
		err := connect(t, s).TaskDefs.Put(t.Context(), nil)
		if !followed {
			protocol := requireProtocol(t, err, conductor.ForeignRedirect)
			require.Equal(t, s.URL+"/moved", protocol.Target)
			require.Len(t, s.requests(), 1, status)
			continue
		}
		require.NoError(t, err, status)
		require.Equal(t, "POST /moved?secret="+canary, s.lines()[1])
		require.Equal(t, "[]", s.requests()[1].Body)
	}
}

func TestARedirectLoopEnds(t *testing.T) {
	s := serve(t, moved(http.StatusFound, "%s"))
	err := listApplications(t, connect(t, s))
	requireProtocol(t, err, conductor.RedirectLoop)
	require.EqualError(t, err, "list applications: "+s.URL+"/api sends us on and on, now to "+s.URL+"/api/applications")
	require.Len(t, s.requests(), 5)
}

// A Location that is no redirect is data: 201 often has one.
func TestALocationOfASuccessIsNoRedirect(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://elsewhere.example/x")
		write(w, http.StatusCreated, `{"id":"1"}`)
	})
	require.NoError(t, only(connect(t, s).Applications.Create(t.Context(), "x")))
}

func TestARedirectWithoutATargetIsAnError(t *testing.T) {
	for _, test := range []struct {
		status   int
		location string
	}{{302, ""}, {304, ""}, {300, ""}, {302, "http://[::1/?token=" + canary}, {302, ":"}} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if test.location != "" {
				w.Header().Set("Location", test.location)
			}
			w.WriteHeader(test.status)
		})
		err := listApplications(t, connect(t, s))
		require.Regexp(t, `\(HTTP 30\d\)|failed to parse Location header`, fmt.Sprint(err), "%v", test)
		require.NotContains(t, err.Error(), canary)
	}
}
