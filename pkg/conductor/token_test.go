package conductor_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const (
	mintLine    = "POST /api/token"
	versionLine = "GET /api/version"
	listLine    = "GET /api/applications"
	canary      = "canary-secret-7f3a"
	expired     = `{"message":"the token expired","error":"EXPIRED_TOKEN","timestamp":1672808447076}`
	invalid     = `{"message":"Token cannot be null or empty","error":"INVALID_TOKEN","timestamp":1672808447076}`
	forbidden   = `{"status":403,"message":"You don't have permissions to execute task: book_ride","instance":"orkes-1","retryable":false}`
	refusedKey  = `{"message":"Invalid Access Key","error":"INVALID_TOKEN","timestamp":1}`
)

// minting answers POST /token with t1, t2, …, and hands all else to next.
func minting(next http.HandlerFunc) http.HandlerFunc {
	var minted atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/token" {
			write(w, http.StatusOK, fmt.Sprintf(`{"token":"t%d"}`, minted.Add(1)))
			return
		}
		next(w, r)
	}
}

// accepting answers only those who bring the token, and refuses the others with status and body.
func accepting(token string, status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Authorization") != token {
			write(w, status, body)
			return
		}
		write(w, http.StatusOK, `[]`)
	}
}

func withKey() conductor.Option { return conductor.WithCredentials("key", canary) }

func listApplications(t *testing.T, c *conductor.Client) error {
	t.Helper()
	return only(c.Applications.List(t.Context()))
}

func TestTokenIsFetchedOnFirstUseAndSentWithEveryRequest(t *testing.T) {
	s := serve(t, minting(accepting("t1", http.StatusUnauthorized, expired)))
	c := connect(t, s, withKey())
	require.Empty(t, s.requests(), "New sends nothing")
	for range 3 {
		require.NoError(t, listApplications(t, c))
	}
	require.Equal(t, []string{mintLine, listLine, listLine, listLine}, s.lines())
	mint := s.requests()[0]
	require.Equal(t, `{"keyId":"key","keySecret":"`+canary+`"}`, mint.Body)
	require.Empty(t, mint.Header.Get("X-Authorization"))
	for _, seen := range s.requests()[1:] {
		require.Equal(t, "t1", seen.Header.Get("X-Authorization"))
	}
}

func TestTokenIsFetchedOnceUnderConcurrency(t *testing.T) {
	s := serve(t, minting(accepting("t1", http.StatusUnauthorized, expired)))
	requireAll(t, 50, connect(t, s, withKey()))
	require.Equal(t, 1, s.count(mintLine))
	require.Equal(t, 50, s.count(listLine))
}

// requireAll makes n calls at the same time, of which none may fail.
func requireAll(t *testing.T, n int, c *conductor.Client) {
	t.Helper()
	var all sync.WaitGroup
	failures := make([]error, n)
	for i := range n {
		all.Go(func() { failures[i] = only(c.Applications.List(t.Context())) })
	}
	all.Wait()
	for _, err := range failures {
		require.NoError(t, err)
	}
}

func TestTokenIsRenewedOnceAndTheCallReplayedOnce(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		for _, body := range []string{expired, invalid} {
			t.Run(fmt.Sprintf("%d %.30s", status, body), func(t *testing.T) {
				s := serve(t, minting(accepting("t2", status, body)))
				c := connect(t, s, withKey())
				require.NoError(t, listApplications(t, c))
				require.NoError(t, listApplications(t, c))
				require.Equal(t, []string{mintLine, listLine, mintLine, listLine, listLine}, s.lines())
			})
		}
	}
}

// A refused token means that nothing was done, so that a start, a poll and an update are replayed too, each with its body.
func TestCallsThatAreNeverRepeatedAreReplayedWithANewToken(t *testing.T) {
	for _, call := range []apiCall{
		{name: "start", call: func(c *conductor.Client, _ string) error {
			return only(c.Workflows.Start(t.Context(), conductor.StartWorkflowRequest{Name: "w"}))
		}, sent: `{"name":"w","input":{}}`},
		{name: "poll", call: func(c *conductor.Client, _ string) error {
			return only(c.Tasks.PollBatch(t.Context(), conductor.PollRequest{TaskType: "t"}))
		}},
	} {
		t.Run(call.name, func(t *testing.T) {
			s := serve(t, minting(accepting("t2", http.StatusUnauthorized, expired)))
			require.NoError(t, call.call(connect(t, s, withKey()), ""))
			require.Len(t, s.requests(), 4)
			for _, i := range []int{1, 3} {
				require.Equal(t, call.sent, s.requests()[i].Body)
			}
			require.Equal(t, s.lines()[1], s.lines()[3])
		})
	}
}

func TestATokenThatIsNeverAcceptedEndsAfterOneReplay(t *testing.T) {
	s := serve(t, minting(answer(http.StatusUnauthorized, invalid)))
	err := listApplications(t, connect(t, s, withKey()))
	require.EqualError(t, err, "list applications: Token cannot be null or empty (HTTP 401)")
	require.True(t, conductor.IsUnauthenticated(err))
	require.Equal(t, []string{mintLine, listLine, mintLine, listLine}, s.lines())
}

func TestManyRefusedAtOnceRenewOnce(t *testing.T) {
	s := serve(t, minting(accepting("t2", http.StatusUnauthorized, expired)))
	requireAll(t, 30, connect(t, s, withKey()))
	require.Equal(t, 2, s.count(mintLine))
}

func TestARefusedPermissionIsNotTakenForARefusedToken(t *testing.T) {
	for name, body := range map[string]string{
		"permission":       forbidden,
		"another code":     `{"message":"who?","error":"USER_NOT_FOUND"}`,
		"code in the text": `{"status":403,"message":"EXPIRED_TOKEN is no workflow of yours"}`,
		"code elsewhere":   `{"status":403,"message":"no","metadata":{"error":"EXPIRED_TOKEN"}}`,
		"code of a number": `{"status":403,"message":"no","error":7}`,
		"no body":          ``,
		"no JSON":          `EXPIRED_TOKEN`,
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, minting(answer(http.StatusForbidden, body)))
			err := listApplications(t, connect(t, s, withKey()))
			require.True(t, conductor.IsForbidden(err), "%v", err)
			require.False(t, conductor.IsUnauthenticated(err))
			require.Equal(t, []string{mintLine, listLine}, s.lines())
		})
	}
}

// Only 401 and 403 speak about the token: a code in another answer is somebody's data.
func TestATokenCodeWithAnotherStatusIsNoRefusedToken(t *testing.T) {
	s := serve(t, minting(answer(http.StatusBadRequest, expired)))
	err := listApplications(t, connect(t, s, withKey()))
	require.False(t, conductor.IsUnauthenticated(err))
	require.Equal(t, 1, s.count(mintLine))
}

func TestNoTokenEndpointMeansOpenSourceAndIsSaidOnce(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusMethodNotAllowed} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/api/token" {
					write(w, status, `{"status":404,"message":"No static resource api/token."}`)
					return
				}
				write(w, http.StatusOK, `[]`)
			})
			var mu sync.Mutex
			var said []string
			c := connect(t, s, withKey(), conductor.WithNotice(func(text string) {
				mu.Lock()
				defer mu.Unlock()
				said = append(said, text)
			}))
			requireAll(t, 20, c)
			require.NoError(t, listApplications(t, c))
			require.Equal(t, 1, s.count(mintLine))
			require.Equal(t, []string{"the server has no POST /token: it is open-source Conductor, without authentication; the key is not used"}, said)
			require.Empty(t, s.requests()[1].Header.Get("X-Authorization"))
			token, err := c.Token.Mint(t.Context())
			require.NoError(t, err)
			require.Empty(t, token)
		})
	}
}

// A program that is told may ask the client something in turn.
func TestTheNoticeMayUseTheClient(t *testing.T) {
	s := serve(t, sequence(answer(http.StatusNotFound, `{}`), answer(http.StatusOK, `[]`)))
	var c *conductor.Client
	var version string
	c = connect(t, s, withKey(), conductor.WithNotice(func(string) { version, _ = c.Server.Version(t.Context()) }))
	require.NoError(t, listApplications(t, c))
	require.Equal(t, "[]", version)
	require.Equal(t, []string{mintLine, versionLine, listLine}, s.lines())
}

func TestAKeyThatIsNotAcceptedIsNamedWithoutItsSecret(t *testing.T) {
	for status, body := range map[int]string{
		http.StatusUnauthorized: refusedKey,
		http.StatusForbidden:    refusedKey,
		http.StatusBadRequest:   `{"status":400,"message":"Invalid Access Key, not ` + canary + `"}`,
	} {
		s := serve(t, answer(status, body))
		err := listApplications(t, connect(t, s, withKey()))
		var auth *conductor.AuthError
		require.ErrorAs(t, err, &auth)
		require.Equal(t, "key", auth.KeyID)
		require.ErrorContains(t, err, "sign in with key key: fetch a token: Invalid Access Key")
		require.NotContains(t, err.Error(), canary)
		require.True(t, conductor.IsUnauthenticated(err))
		require.Equal(t, []string{mintLine}, s.lines(), "what needed the token is not sent, and the refusal is no reason for another token")
	}
}

func TestATokenEndpointThatIsNotWellIsNoRefusedKey(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"broken":       {answer(http.StatusInternalServerError, `{"message":"database"}`), "database (HTTP 500)"},
		"unavailable":  {answer(http.StatusServiceUnavailable, ``), "Service Unavailable (HTTP 503)"},
		"no token":     {answer(http.StatusOK, `{"accessToken":"x"}`), "the server's answer holds no token"},
		"empty":        {answer(http.StatusOK, ``), "sent an empty answer"},
		"another type": {answer(http.StatusOK, `{"token":7}`), "unexpected form"},
		"a page":       {page("<html><title>Sign in</title></html>"), "answers a sign-in page"},
	} {
		t.Run(name, func(t *testing.T) {
			err := listApplications(t, connect(t, serve(t, test.handler), withKey()))
			require.ErrorContains(t, err, "sign in with key key: ")
			require.ErrorContains(t, err, test.want)
			require.False(t, conductor.IsUnauthenticated(err), "the key may be right")
		})
	}
}

func TestAFailedFetchIsTriedAgainByTheNextCall(t *testing.T) {
	s := serve(t, sequence(answer(http.StatusInternalServerError, `{}`), answer(http.StatusOK, `{"token":"t1"}`), answer(http.StatusOK, `[]`)))
	c := connect(t, s, withKey())
	require.Error(t, listApplications(t, c))
	require.NoError(t, listApplications(t, c))
	require.Equal(t, []string{mintLine, mintLine, listLine}, s.lines())
}

// Who waits for a token leaves when its time is up; the fetch goes on for the others.
func TestWaitingForATokenEndsWithTheCaller(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/token" {
			close(asked)
			<-release
			write(w, http.StatusOK, `{"token":"t1"}`)
			return
		}
		write(w, http.StatusOK, `[]`)
	})
	c := connect(t, s, withKey())
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- only(c.Applications.List(ctx)) }()
	<-asked
	cancel()
	require.ErrorIs(t, within(t, left), context.Canceled)
	close(release)
	require.NoError(t, listApplications(t, c))
	require.Equal(t, 1, s.count(mintLine))
}

// within receives, and fails the test where nothing comes.
func within[T any](t *testing.T, c <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-c:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	return value
}

func TestAGivenTokenIsSentAndNeverRenewed(t *testing.T) {
	s := serve(t, answer(http.StatusUnauthorized, expired))
	c := connect(t, s, conductor.WithToken(canary))
	err := listApplications(t, c)
	require.True(t, conductor.IsUnauthenticated(err))
	require.Equal(t, []string{listLine}, s.lines())
	require.Equal(t, canary, s.requests()[0].Header.Get("X-Authorization"))
	token, err := c.Token.Mint(t.Context())
	require.NoError(t, err)
	require.Equal(t, canary, token)
}

// rotating is a source outside of the client.
type rotating struct {
	tokens   []string
	renewErr error
	refused  []string
}

func (r *rotating) Token(context.Context) (string, error) { return r.tokens[0], nil }

func (r *rotating) Renew(_ context.Context, refused string) (string, error) {
	r.refused = append(r.refused, refused)
	if r.renewErr != nil {
		return "", r.renewErr
	}
	r.tokens = r.tokens[1:]
	return r.tokens[0], nil
}

func TestTokensMayComeFromElsewhere(t *testing.T) {
	s := serve(t, accepting("second", http.StatusUnauthorized, expired))
	source := &rotating{tokens: []string{"first", "second"}}
	require.NoError(t, listApplications(t, connect(t, s, conductor.WithTokenSource(source))))
	require.Equal(t, []string{"first"}, source.refused)

	failing := &rotating{tokens: []string{"first"}, renewErr: context.DeadlineExceeded}
	require.ErrorIs(t, listApplications(t, connect(t, s, conductor.WithTokenSource(failing))), context.DeadlineExceeded)
}

func TestWithoutCredentialsNoTokenIsSent(t *testing.T) {
	s := serve(t, answer(http.StatusUnauthorized, invalid))
	c := connect(t, s)
	require.True(t, conductor.IsUnauthenticated(listApplications(t, c)))
	require.Equal(t, []string{listLine}, s.lines())
	require.NotContains(t, s.requests()[0].Header, "X-Authorization")
	token, err := c.Token.Mint(t.Context())
	require.NoError(t, err)
	require.Empty(t, token)
}

func TestAServerThatIsNotThereSaysNothingOfTheKey(t *testing.T) {
	s := serve(t, answer(http.StatusOK, `{}`))
	client := connect(t, s, withKey(), conductor.WithRetry(conductor.RetryPolicy{Attempts: 1}))
	s.Close()
	err := listApplications(t, client)
	require.ErrorContains(t, err, "cannot reach ")
	require.NotContains(t, err.Error(), "key")
}
