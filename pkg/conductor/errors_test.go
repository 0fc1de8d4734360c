package conductor_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// failing answers as told and returns what the client makes of it.
func failing(t *testing.T, handler http.HandlerFunc) error {
	t.Helper()
	err := only(connect(t, serve(t, handler)).TaskDefs.Get(t.Context(), "x"))
	require.Error(t, err)
	return err
}

func requireAnswer(t *testing.T, err error) *conductor.Error {
	t.Helper()
	var answer *conductor.Error
	require.ErrorAs(t, err, &answer)
	return answer
}

func requireProtocol(t *testing.T, err error, kind conductor.ProtocolKind) *conductor.ProtocolError {
	t.Helper()
	var protocol *conductor.ProtocolError
	require.ErrorAs(t, err, &protocol)
	require.Equal(t, kind, protocol.Kind, "%v", err)
	return protocol
}

func TestErrorsSayWhatWasAskedAndWhatTheServerSays(t *testing.T) {
	for _, test := range []struct {
		name, body, want string
		status           int
	}{
		{"of the application", forbidden, "You don't have permissions to execute task: book_ride (HTTP 403)", 403},
		{"of the auth layer", invalid, "Token cannot be null or empty (HTTP 401)", 401},
		{"without a body", "", "Not Found (HTTP 404)", 404},
		{"without a message", `{"status":409}`, "Conflict (HTTP 409)", 409},
		{"null", `null`, "Bad Request (HTTP 400)", 400},
		{"a list", `["no"]`, "Bad Request (HTTP 400)", 400},
		{"a JSON text", `"no"`, "Bad Request (HTTP 400)", 400},
		{"a gateway's text", "upstream connect error\nmore", "upstream connect error (HTTP 500)", 500},
		{"too long for people", strings.Repeat("x", 301), "Internal Server Error (HTTP 500)", 500},
		{"not UTF-8", "caf\xe9 is closed", "caf� is closed (HTTP 400)", 400},
		{"a message of another type", `{"message":{"a":1},"error":"X"}`, "Bad Request (HTTP 400)", 400},
		{"controls", `{"message":"\u001b[31mred\u0007\u009b"}`, "[31mred (HTTP 400)", 400},
		{"lines", `{"message":"one\ntwo"}`, "one\ntwo (HTTP 400)", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := failing(t, answer(test.status, test.body))
			require.EqualError(t, err, `get task "x": `+test.want)
			require.Equal(t, test.status, requireAnswer(t, err).Status)
		})
	}
}

func TestErrorsKeepWhatIsInTheAnswer(t *testing.T) {
	err := failing(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "abc-123\u009b")
		write(w, http.StatusBadRequest, `{"status":400,"message":"invalid","error":"BAD","retryable":true,
			"validationErrors":[{"path":"name","message":"must not be empty","invalidValue":""},{"path":"retry\u0007Count","message":"below 0"}]}`)
	})
	require.EqualError(t, err, "get task \"x\": invalid (HTTP 400, request abc-123)\n  name: must not be empty\n  retryCount: below 0")
	answer := requireAnswer(t, err)
	require.Equal(t, `get task "x"`, answer.Operation)
	require.Equal(t, "GET /metadata/taskdefs/x", answer.Method+" "+answer.Path)
	require.Equal(t, "BAD", answer.Code)
	require.True(t, answer.Retryable)
	require.Contains(t, string(answer.Body), "invalidValue")
}

// One field of an unexpected form does not hide the others.
func TestErrorBodiesAreReadFieldByField(t *testing.T) {
	answer := requireAnswer(t, failing(t, answer(http.StatusBadRequest, `{"message":"m","error":5,"retryable":"yes","validationErrors":"all of it"}`)))
	require.Equal(t, "m", answer.Message)
	require.Empty(t, answer.Code)
	require.False(t, answer.Retryable)
	require.Empty(t, answer.Invalid)
}

func TestRequestIDsOfGatewaysCountToo(t *testing.T) {
	for _, header := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid"} {
		err := failing(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, "id-1")
			write(w, http.StatusNotFound, `{}`)
		})
		require.Equal(t, "id-1", requireAnswer(t, err).RequestID, header)
	}
}

func TestErrorBodiesAreCapped(t *testing.T) {
	err := failing(t, answer(http.StatusBadRequest, `{"message":"short","rest":"`+strings.Repeat("x", 1<<20)+`"}`))
	require.Len(t, requireAnswer(t, err).Body, 64<<10)
	require.Less(t, len(err.Error()), 100)
}

func TestPredicates(t *testing.T) {
	type predicate struct {
		name string
		is   func(error) bool
	}
	predicates := []predicate{
		{"not found", conductor.IsNotFound},
		{"conflict", conductor.IsConflict},
		{"unauthenticated", conductor.IsUnauthenticated},
		{"forbidden", conductor.IsForbidden},
		{"unavailable", conductor.IsUnavailable},
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{&conductor.Error{Status: 404}, "not found"},
		{&conductor.Error{Status: 409}, "conflict"},
		{&conductor.Error{Status: 401}, "unauthenticated"},
		{&conductor.Error{Status: 401, Code: "ANY"}, "unauthenticated"},
		{&conductor.Error{Status: 403, Code: "INVALID_TOKEN"}, "unauthenticated"},
		{&conductor.Error{Status: 403, Code: "EXPIRED_TOKEN"}, "unauthenticated"},
		{&conductor.Error{Status: 403}, "forbidden"},
		{&conductor.Error{Status: 403, Code: "EMAIL_NOT_VERIFIED"}, "forbidden"},
		{&conductor.Error{Status: 429}, "unavailable"},
		{&conductor.Error{Status: 500}, "unavailable"},
		{&conductor.Error{Status: 503}, "unavailable"},
		{&conductor.Error{Status: 501}, ""},
		{&conductor.Error{Status: 400}, ""},
		{&conductor.ConnectError{}, "unavailable"},
		{&conductor.AuthError{Err: &conductor.Error{Status: 401}}, "unauthenticated"},
		{&conductor.AuthError{Err: &conductor.Error{Status: 400}}, "unauthenticated"},
		{&conductor.AuthError{Err: &conductor.Error{Status: 503}}, "unavailable"},
		{&conductor.AuthError{Err: &conductor.ConnectError{}}, "unavailable"},
		{&conductor.ProtocolError{Kind: conductor.HTMLPage, Status: 404}, ""},
		{errors.New("else"), ""},
		{nil, ""},
	} {
		for _, err := range []error{test.err, fmt.Errorf("wrapped: %w", test.err)} {
			var are []string
			for _, predicate := range predicates {
				if predicate.is(err) {
					are = append(are, predicate.name)
				}
			}
			require.Equal(t, test.want, strings.Join(are, " and "), "%#v", test.err)
		}
	}
}

// A key that may not sign in is not somebody who signed in and may not: a 403 of POST /token is about the key.
func TestARefusedSignInIsNotForbidden(t *testing.T) {
	err := error(&conductor.AuthError{KeyID: "k", Err: &conductor.Error{Status: 403}})
	require.True(t, conductor.IsUnauthenticated(err))
	require.False(t, conductor.IsForbidden(err))
}

func TestPagesInPlaceOfAnswersAreNamed(t *testing.T) {
	for _, test := range []struct {
		name, contentType, body string
		status                  int
		kind                    conductor.ProtocolKind
	}{
		{"a page", "text/html", `<html><body>Welcome</body></html>`, 200, conductor.HTMLPage},
		{"a page by its doctype", "", "\n  <!DOCTYPE HTML><title>x</title>", 200, conductor.HTMLPage},
		{"a page by its tag", "application/json", `<HTML>x`, 200, conductor.HTMLPage},
		{"a part of a page", "text/html; charset=utf-8", `<h1>Hello</h1>`, 200, conductor.HTMLPage},
		{"not found page", "text/html", `<html>404</html>`, 404, conductor.HTMLPage},
		{"forbidden page", "text/html", `<html>blocked</html>`, 403, conductor.HTMLPage},
		{"sign-in page", "text/html", `<html><form>Sign In</form></html>`, 200, conductor.LoginPage},
		{"sign-in page by its field", "text/html", `<html><input type="password"></html>`, 401, conductor.LoginPage},
		{"login page", "text/html", `<html><a href="/login">x</a></html>`, 200, conductor.LoginPage},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := failing(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.contentType)
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			})
			protocol := requireProtocol(t, err, test.kind)
			require.Equal(t, test.status, protocol.Status)
			require.Equal(t, test.body, string(protocol.Body))
			require.ErrorContains(t, err, "page, not the API")
			require.False(t, conductor.IsNotFound(err), "a page cannot know what is not there")
			require.False(t, conductor.IsUnauthenticated(err))
		})
	}
}

// Where nothing is expected, a page is still not what was asked for.
func TestAPageIsNoSuccess(t *testing.T) {
	c := connect(t, serve(t, page(`<html>Sign in</html>`)))
	requireProtocol(t, c.TaskDefs.Delete(t.Context(), "x"), conductor.LoginPage)
	requireProtocol(t, only(c.Workflows.Start(t.Context(), conductor.StartWorkflowRequest{Name: "w"})), conductor.LoginPage)
	requireProtocol(t, only(c.Server.Version(t.Context())), conductor.LoginPage)
	requireProtocol(t, only(c.Tasks.Poll(t.Context(), conductor.PollRequest{TaskType: "t"})), conductor.LoginPage)
}

// A gateway's page about a server that is down is about that: it is worth another attempt, and its text is for browsers.
func TestAGatewaysErrorPageIsUnavailable(t *testing.T) {
	for _, status := range []int{429, 500, 502, 503, 504} {
		err := failing(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<html><h1>nginx</h1></html>"))
		})
		require.True(t, conductor.IsUnavailable(err))
		require.EqualError(t, err, fmt.Sprintf(`get task "x": %s (HTTP %d)`, http.StatusText(status), status))
	}
}

// Some servers send JSON as text/html: what counts is what it is.
func TestJSONCalledAPageIsJSON(t *testing.T) {
	for _, body := range []string{`{"name":"x"}`, `{"name":"<html> login"}`} {
		require.NoError(t, only(connect(t, serve(t, page(body))).TaskDefs.Get(t.Context(), "x")))
	}
}

func TestDamagedAnswersAreToldApart(t *testing.T) {
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		kind    conductor.ProtocolKind
		want    string
	}{
		{"empty", answer(200, ""), conductor.EmptyBody, "sent an empty answer"},
		{"white", answer(200, " \n"), conductor.EmptyBody, "sent an empty answer"},
		{"no content", answer(204, ""), conductor.EmptyBody, "sent an empty answer"},
		{"shorter than announced", cutOff, conductor.CutOff, "broke off in the middle of its answer"},
		{"half of the JSON", answer(200, `{"name":"x"`), conductor.CutOff, "broke off in the middle of its answer"},
		{"half of a text", answer(200, `{"name":"x`), conductor.CutOff, "broke off in the middle of its answer"},
		{"no JSON", answer(200, `OK`), conductor.NotJSON, "answered something that is not JSON"},
		{"broken JSON", answer(200, `{"name":}`), conductor.NotJSON, "answered something that is not JSON"},
		{"more than one", answer(200, `{"name":"x"}{"name":"y"}`), conductor.NotJSON, "answered something that is not JSON"},
		{"a tail", answer(200, `{"name":"x"} tail`), conductor.NotJSON, "answered something that is not JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := failing(t, test.handler)
			protocol := requireProtocol(t, err, test.kind)
			require.ErrorContains(t, err, `get task "x": http://127.0.0.1:`)
			require.ErrorContains(t, err, test.want)
			require.Equal(t, `get task "x"`, protocol.Operation)
		})
	}
}

func TestAnAnswerOfAnotherFormIsNamed(t *testing.T) {
	for body, want := range map[string]string{
		`[]`:                   "array",
		`"x"`:                  "string",
		`{"retryCount":"3"}`:   "retryCount",
		`{"retryCount":1.5}`:   "retryCount",
		`null`:                 "null in place of an object",
		`{"inputKeys":{"a":1}`: "broke off",
	} {
		err := failing(t, answer(200, body))
		require.ErrorContains(t, err, `get task "x": `)
		require.ErrorContains(t, err, want)
	}
}

func TestAnAnswerTooLargeIsNotRead(t *testing.T) {
	chunk := []byte(strings.Repeat(" ", 1<<20))
	err := failing(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 65 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	requireProtocol(t, err, conductor.TooLarge)
	require.ErrorContains(t, err, "sent more than 64 MiB")
}
