package doctor

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const (
	checkName   = "ORK-CONN-001"
	checkPort   = "ORK-CONN-002"
	checkTLS    = "ORK-CONN-003"
	checkHTTP   = "ORK-CONN-004"
	checkServer = "ORK-CONN-005"
)

// What is still well.
const (
	slowAnswer = time.Second
	skewLook   = 30 * time.Second
	skewBad    = 5 * time.Minute
)

func connectionChecks() []Check {
	return []Check{
		{
			ID: checkName, Category: Connection, Title: "host name", Worst: Failed, Needs: []string{checkURL}, Quiet: true, Run: at(atName, "the name resolves"),
			Cause:    "The host's name cannot be resolved: it is misspelled, or known only inside another network.",
			Evidence: "The answer of the name service.",
			Fix:      "Correct the URL, or connect to the network (VPN) that knows the name.",
		},
		{
			ID: checkPort, Category: Connection, Title: "port", Worst: Failed, Needs: []string{checkName}, Quiet: true, Run: at(atPort, "the port is open"),
			Cause:    "Nobody takes the connection: no server listens there, it is still starting, the port is wrong, or a firewall is between.",
			Evidence: "The attempt to connect.",
			Fix:      "Start the server (orkesctl dev start), or correct the URL.",
		},
		{
			ID: checkTLS, Category: Connection, Title: "TLS", Worst: Failed, Needs: []string{checkPort}, Quiet: true, Run: at(atTLS, "no problem"),
			Cause:    "No encrypted connection comes about: the certificate is not trusted here or not valid, a client certificate is asked for, or the port does not speak TLS. SDKs fail in the same way, some of them in silence.",
			Evidence: "The TLS handshake.",
			Fix:      "Trust the authority (orkesctl config set ca-file; for the worker, its language's own way), or correct http and https in the URL.",
		},
		{
			ID: checkHTTP, Category: Connection, Title: "answer", Worst: Failed, Needs: []string{checkTLS}, Quiet: true, Run: at(atHTTP, "it answers"),
			Cause:    "The connection comes about and no proper answer follows: the server hangs, breaks off, or is in trouble (5xx).",
			Evidence: "GET /version.",
			Fix:      "Try again, ask who runs the server, or look into its log.",
		},
		{
			ID: checkServer, Category: Connection, Title: "server", Worst: Failed, Needs: []string{checkHTTP}, Run: server,
			Cause:    "What answers is not Conductor's API: the console's page, a sign-in page of a proxy, another host, or an address without /api or with it twice.",
			Evidence: "GET /version and POST /token: they also tell Orkes and open source apart.",
			Fix:      "Correct CONDUCTOR_SERVER_URL: the console's address with /api behind it.",
		},
		{
			ID: "ORK-CONN-006", Category: Connection, Title: "proxy", Worst: Failed, Needs: []string{checkURL}, Quiet: true, Run: at(atProxy, "none, or it works"),
			Cause:    "The proxy that HTTP_PROXY or HTTPS_PROXY names cannot be used.",
			Evidence: "The attempt to connect through it.",
			Fix:      "Correct the variable, or name the server's host in NO_PROXY.",
		},
		{
			ID: "ORK-CONN-007", Category: Connection, Title: "latency", Worst: Warning, Needs: []string{checkServer}, Quiet: true, Run: latency,
			Cause:    "The server takes more than a second to answer even simple questions: workers poll it many times a minute.",
			Evidence: "The quickest answer of this run.",
			Fix:      "Run the worker nearer to the server, or ask who runs it.",
		},
		{
			ID: "ORK-CONN-008", Category: Connection, Title: "clock", Worst: Failed, Needs: []string{checkServer}, Quiet: true, Run: clockSkew,
			Cause:    "This machine's clock and the server's differ. Tokens then seem to have expired, or not to be valid yet: 401 right after signing in.",
			Evidence: "The Date of the server's answer.",
			Fix:      "Set the clock: switch on NTP.",
		},
		{
			ID: "ORK-CONN-009", Category: Connection, Title: "rate limit", Worst: Warning, Needs: []string{checkHTTP}, Quiet: true, Run: rateLimit,
			Cause:    "The server answered 429: a quota or a rate limit is used up. SDKs do not wait for it.",
			Evidence: "An answer of this run.",
			Fix:      "Poll less often, or ask for a larger quota.",
		},
	}
}

// at is the check that a request came past a stage.
func at(where stage, well string) func(*Facts) []Result {
	return func(f *Facts) []Result {
		err := f.Server.Version.Err
		if err == nil || f.Server.reached() != where {
			return one(Result{State: OK, Evidence: well})
		}
		result := Result{State: Failed, Label: "server", Evidence: reasonOf(err), Because: "the URL " + f.Server.URL + " is from " + f.Server.Source}
		switch {
		case where == atPort && f.Server.Source == "default":
			result.Because, result.Fix = "no server is configured, and none listens at "+f.Server.URL, "orkesctl dev start --detach"
		case where == atPort && loopback(f.Server.URL):
			result.Fix = "orkesctl dev start --detach"
		case where == atName, where == atPort:
			result.Fix = "correct CONDUCTOR_SERVER_URL in " + f.Server.Source
		case where == atProxy:
			result.Fix = "correct HTTP_PROXY and HTTPS_PROXY, or set NO_PROXY=" + host(f.Server.URL)
		case where == atTLS:
			result.Fix = "orkesctl config set ca-file FILE   (or correct http and https in the URL)"
		default:
			result.Fix = "orkesctl version --debug"
		}
		return one(result)
	}
}

// reasonOf is why a request failed, in a few words.
func reasonOf(err error) string {
	var connect *conductor.ConnectError
	var answer *conductor.Error
	switch {
	case errors.As(err, &connect):
		return connect.Reason
	case errors.As(err, &answer):
		return fmt.Sprintf("HTTP %d %s", answer.Status, http.StatusText(answer.Status))
	default:
		return err.Error()
	}
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func loopback(address string) bool {
	name := host(address)
	return name == "localhost" || name == "::1" || strings.HasPrefix(name, "127.")
}

func server(f *Facts) []Result {
	s := f.Server
	if s.reached() == atAPI {
		return one(Result{
			State: Failed, Evidence: notAPI(s.Version.Err), Because: "the URL " + s.URL + " is from " + s.Source,
			Fix: "set CONDUCTOR_SERVER_URL=" + otherURL(s.URL) + " in " + s.Source,
		})
	}
	if !s.Kind.Known() {
		return one(Result{State: Unknown, Evidence: s.URL, Because: "whether it has access control is not known: " + s.Kind.Why(), Fix: "orkesctl version --debug"})
	}
	name := map[conductor.Kind]string{conductor.KindOSS: "open-source Conductor", conductor.KindOrkes: "Orkes Conductor"}[s.Kind.Value]
	if version, dev, found := strings.Cut(s.Version.Value, "-orkesctl."); found {
		name = "development server " + dev + ", as " + name + " " + version
	} else if s.Version.Value != "" {
		name += " " + s.Version.Value
	}
	return one(Result{State: OK, Evidence: name + "   " + took(s.Took)})
}

// took is how long an answer took, never nothing.
func took(d time.Duration) string { return render.Duration(max(d, time.Millisecond)) }

func notAPI(err error) string {
	var protocol *conductor.ProtocolError
	if !errors.As(err, &protocol) {
		return reasonOf(err) + " for GET /version: the API is not there"
	}
	return strings.TrimPrefix(protocol.Error(), protocol.Operation+": ")
}

// otherURL is where the API may be instead.
func otherURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "https://HOST/api"
	}
	if doubled, found := strings.CutSuffix(u.Path, "/api/api"); found {
		u.Path = doubled + "/api"
		return u.String()
	}
	if u.Path != "/api" {
		u.Path = "/api"
		return u.String()
	}
	return "https://HOST/api   (the API's address, not the console's)"
}

func latency(f *Facts) []Result {
	if f.Server.Took > slowAnswer {
		return one(Result{State: Warning, Evidence: "its quickest answer took " + render.Duration(f.Server.Took), Because: "workers poll many times a minute", Fix: "run the worker nearer to " + host(f.Server.URL)})
	}
	return one(Result{State: OK, Evidence: took(f.Server.Took)})
}

func clockSkew(f *Facts) []Result {
	if f.Server.Date.IsZero() {
		return one(Result{State: Skipped, Because: "the server does not tell the time"})
	}
	skew := f.Server.At.Sub(f.Server.Date)
	ahead := "ahead of"
	if skew < 0 {
		skew, ahead = -skew, "behind"
	}
	result := Result{
		State: OK, Evidence: "this machine is " + render.Duration(skew.Round(time.Second)) + " " + ahead + " the server",
		Because: "tokens seem to have expired, or not to be valid yet", Fix: "switch on NTP: timedatectl set-ntp true",
	}
	switch {
	case skew >= skewBad:
		result.State = Failed
	case skew >= skewLook:
		result.State = Warning
	default:
		return one(Result{State: OK, Evidence: "within " + render.Duration(skewLook)})
	}
	return one(result)
}

func rateLimit(f *Facts) []Result {
	if f.Server.Limited {
		return one(Result{State: Warning, Evidence: "it answered 429 (too many requests)", Because: "SDKs do not wait for a quota", Fix: "poll less often, or ask for a larger quota"})
	}
	return one(Result{State: OK, Evidence: "none met"})
}
