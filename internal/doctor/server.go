package doctor

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// stage is how far a request came.
type stage int

const (
	atName  stage = iota // the host's name could not be resolved
	atProxy              // the proxy could not be used
	atPort               // nobody took the connection
	atTLS                // no encrypted connection came about
	atHTTP               // no answer, or one of a server in trouble
	atAPI                // an answer that is not the API's
	arrived
)

// reached says how far the first request came.
func (s ServerFacts) reached() stage {
	err := s.Version.Err
	var connect *conductor.ConnectError
	var protocol *conductor.ProtocolError
	var answer *conductor.Error
	switch {
	case err == nil:
		return arrived
	case errors.As(err, &connect):
		return stageOf(connect.Err)
	case errors.As(err, &protocol) && (protocol.Kind == conductor.CutOff || protocol.Kind == conductor.TooLarge):
		return atHTTP
	case errors.As(err, &protocol):
		return atAPI
	case !errors.As(err, &answer):
		return atHTTP
	case answer.Status == http.StatusNotFound:
		return atAPI
	case answer.Status >= http.StatusInternalServerError:
		return atHTTP
	default:
		return arrived // it does not tell its version to everybody
	}
}

// answers reports whether it is worth asking the server more.
func (s ServerFacts) answers() bool { return s.Version.Asked && s.reached() == arrived }

// stageOf tells the stages of a connection apart by what went wrong.
func stageOf(err error) stage {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &dns):
		return atName
	case errors.As(err, &op) && op.Op == "proxyconnect", strings.Contains(err.Error(), "invalid proxy address"):
		return atProxy
	case errors.As(err, &op) && op.Op == "dial", errors.Is(err, syscall.ECONNREFUSED):
		return atPort
	case strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "x509: "), errors.Is(err, http.ErrSchemeMismatch):
		return atTLS
	default:
		return atHTTP
	}
}

// expiry reads when a token ends from the token itself (RFC 7519, "exp"); zero where it does not say.
func expiry(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Expires float64 `json:"exp"`
	}
	if json.Unmarshal(data, &claims) != nil || claims.Expires <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Expires), 0)
}
