package cmd_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// canary is a secret. Whatever happens, no command shows it.
const canary = "canary-4f1c0d7e"

// at are the variables of somebody with a key for the server at url.
func at(url string) map[string]string {
	return map[string]string{"CONDUCTOR_SERVER_URL": url, "CONDUCTOR_AUTH_KEY": "k1", "CONDUCTOR_AUTH_SECRET": canary}
}

// nobody is the address of a server that has gone.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return "http://" + listener.Addr().String() + "/api"
}

// behind is the address of a server that gives tokens, and answers everything else with f.
func behind(t *testing.T, f http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/token", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"token":"`+canary+`-token"}`)
	})
	mux.HandleFunc("/", f)
	return always(t, mux.ServeHTTP)
}

func always(t *testing.T, f http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s.URL + "/api"
}

func answers(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}
}

func says(status int, message string) http.HandlerFunc {
	return answers(status, "application/json", fmt.Sprintf(`{"status":%d,"message":%q,"retryable":false}`, status, message))
}

func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = fmt.Fprint(w, `[{"name":"cut`)
}

func elsewhere(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "http://elsewhere.invalid"+r.URL.Path, http.StatusFound)
}

// trouble is a server, or what takes its place, and what every command says of it.
type trouble struct {
	url           string
	code          int
	message, hint string // regular expressions
}

func troubles(t *testing.T) map[string]trouble {
	t.Helper()
	const page = "<!doctype html><html><title>Console</title></html>"
	const form = `<html><form action="/login"><input type="password" name="password"></form></html>`
	return map[string]trouble{
		"no server":    {nobody(t), cli.ExitFailed, `(^|\t|error: )cannot reach http://127\.0\.0\.1:\d+/api: connection refused`, "orkesctl dev start|Nothing was stored"},
		"wrong key":    {always(t, says(401, "made to fail")), cli.ExitDenied, "made to fail|does not accept", "orkesctl login|Nothing was stored"},
		"web page":     {always(t, answers(200, "text/html", page)), cli.ExitFailed, "answers a web page, not the API", "console|Nothing was stored"},
		"sign-in page": {always(t, answers(200, "text/html", form)), cli.ExitFailed, "answers a sign-in page, not the API", "sign-in page|Nothing was stored"},
		"cut off":      {behind(t, cutOff), cli.ExitFailed, "broke off in the middle of its answer", "--debug|Nothing was stored"},
		"elsewhere":    {behind(t, elsewhere), cli.ExitFailed, "elsewhere.invalid", "not sent there|Nothing was stored"},
		"no leave":     {behind(t, says(403, "made to fail")), cli.ExitDenied, "made to fail", "orkesctl login|Nothing was stored"},
		"too many":     {behind(t, says(429, "made to fail")), cli.ExitFailed, "made to fail", "Wait a little, and try again|Nothing was stored"},
		"broken":       {behind(t, says(500, "made to fail")), cli.ExitFailed, "made to fail", "Try again|Nothing was stored"},
		"away":         {behind(t, answers(503, "text/html", page)), cli.ExitFailed, "503|unavailable", "Try again|Nothing was stored"},
		"conflict":     {behind(t, says(409, "made to fail")), cli.ExitFailed, "made to fail", ""}, // the server's words are all there is to say
	}
}

// Whatever is wrong with the server, each command names it, says what to do next, and shows no secret, --debug or not.
func TestServersInTrouble(t *testing.T) {
	for name, trouble := range troubles(t) {
		t.Run(name, func(t *testing.T) {
			for path := range having(server) {
				t.Run(path, func(t *testing.T) {
					c := try{env: at(trouble.url), stdin: canary}
					c.run(t.Context(), t, words(path)...)
					require.Equal(t, trouble.code, c.code, c.errs)
					require.Empty(t, c.out)
					require.Regexp(t, trouble.message, c.errs)
					require.Regexp(t, trouble.hint, c.errs)
					require.NotContains(t, c.errs, canary)
					if path == "login" {
						require.Regexp(t, "[Nn]othing was stored", c.errs)
					}

					c.run(t.Context(), t, words(path, "-o", "json", "--debug")...)
					require.Equal(t, trouble.code, c.code, c.errs)
					message, hint := requireJSON(t, &c)
					require.Regexp(t, trouble.message, message)
					require.Regexp(t, trouble.hint, hint)
					require.NotContains(t, c.out+c.errs, canary)
				})
			}
		})
	}
}

// A command that only asks says what is wrong as part of its answer.
func TestServersInTroubleThatAreOnlyAsked(t *testing.T) {
	for name, trouble := range troubles(t) {
		for path, r := range having(asks, judges) {
			t.Run(path, func(t *testing.T) {
				c := try{env: at(trouble.url)}
				c.run(t.Context(), t, words(path, "--debug")...)
				require.Equal(t, r.empty, c.code, "%s: %s", name, c.errs)
				if r.reach == asks {
					require.Regexp(t, trouble.message, c.out, name)
				}
				require.NotContains(t, c.out+c.errs, canary, name)
			})
		}
	}
}

// start starts a server that holds nothing but its administrator.
func start(t *testing.T, flavor devserver.Flavor) map[string]string {
	t.Helper()
	s, err := devserver.New(devserver.Options{Flavor: flavor, Key: "k1", Secret: canary, Version: "test"})
	require.NoError(t, err)
	_, err = s.Start(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close(context.WithoutCancel(t.Context())) })
	if flavor == devserver.FlavorOSS {
		return map[string]string{"CONDUCTOR_SERVER_URL": s.URL()}
	}
	return at(s.URL())
}

// On a server that holds nothing, what is named is not there: exit 3, and what to do next. The rest does its work. No command shows the
// administrator's secret, in any form of output.
func TestAServerThatHoldsNothing(t *testing.T) {
	env := start(t, devserver.FlavorOrkes)
	for path, r := range having(local, server, asks, judges) {
		t.Run(path, func(t *testing.T) {
			for _, form := range []string{"--output=table", "--output=wide", "--output=json", "--output=yaml", "--output=name", "--debug"} {
				if form == "--output=name" && (path == "app key create" || path == "doctor") {
					continue // refused: the one would lose the secret, the other has no names
				}
				c := try{env: env, stdin: canary}
				c.run(t.Context(), t, words(path, form)...)
				require.Equal(t, r.empty, c.code, "%s: %s%s", form, c.out, c.errs)
				require.NotContains(t, c.out+c.errs, canary, form)
				require.NotContains(t, c.out+c.errs, "\x1b", "nobody sits there")
				switch {
				case r.empty == cli.ExitOK, r.reach == judges:
					require.NotContains(t, c.errs, "error:")
				case form == "--output=json":
					_, hint := requireJSON(t, &c)
					require.Regexp(t, "orkesctl |--debug", hint)
				case form != "--debug":
					require.Regexp(t, `(?s)^error: .*\n.*(orkesctl |--debug)`, c.errs, "the next step")
				}
			}
		})
	}
}

// Open-source Conductor has no applications, nobody to be, no webhooks, and no secrets or variables to write: that is said, and the rest
// is as on Orkes.
func TestOpenSource(t *testing.T) {
	env := start(t, devserver.FlavorOSS)
	for path, r := range having(server, asks, judges) {
		t.Run(path, func(t *testing.T) {
			c := try{env: env}
			c.run(t.Context(), t, words(path)...)
			want := r.empty
			noun, _, _ := strings.Cut(path, " ")
			if noun == "app" || noun == "secret" || noun == "webhook" || path == "env set" || path == "whoami" {
				want = cli.ExitNotFound
				require.Contains(t, c.errs, "it is open-source Conductor")
			}
			require.Equal(t, want, c.code, c.errs)
		})
	}
}

// A home that cannot be read or written stops nothing that needs no file in it.
func TestAHomeThatIsNoFolder(t *testing.T) {
	env := start(t, devserver.FlavorOrkes)
	env["HOME"], env["USERPROFILE"] = "/dev/null", "/dev/null"
	for path, r := range having(local, server, asks, judges) {
		t.Run(path, func(t *testing.T) {
			c := try{env: env, stdin: canary}
			c.run(t.Context(), t, words(path)...)
			if path == "login" || path == "config set" {
				require.Equal(t, cli.ExitFailed, c.code)
				require.Contains(t, c.errs, "XDG_CONFIG_HOME")
				require.NotContains(t, c.errs, canary)
				return
			}
			require.Equal(t, r.empty, c.code, c.errs)
		})
	}
}

// Ctrl-C before the answer: 130, said once, and nothing else.
func TestInterrupted(t *testing.T) {
	for path := range having(server) {
		t.Run(path, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			url := always(t, func(http.ResponseWriter, *http.Request) { cancel(); <-ended })
			c := try{env: at(url), stdin: canary}
			c.run(ctx, t, words(path)...)
			close(ended)
			require.Equal(t, cli.ExitInterrupted, c.code, c.errs)
			require.Empty(t, c.out)
			require.Regexp(t, `^interrupted\n(The execution goes on: .*\n)?$`, c.errs)
		})
	}
}
