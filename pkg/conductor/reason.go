package conductor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// connectError makes an error of a request that got no answer.
func (c *Client) connectError(request call, err error) error {
	var redirect *redirectError
	switch {
	case errors.As(err, &redirect) && redirect.loop:
		return &ProtocolError{Operation: request.op, URL: c.base, Kind: RedirectLoop, Target: redirect.target}
	case errors.As(err, &redirect):
		return &ProtocolError{Operation: request.op, URL: c.base, Kind: ForeignRedirect, Target: redirect.target}
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", request.op, context.Canceled)
	default:
		return &ConnectError{URL: c.base, Reason: c.clean(reason(err)), Err: err}
	}
}

// reason says in plain words why there is no answer.
func reason(err error) string {
	var dns *net.DNSError
	var urlErr *url.Error
	if known := tlsReason(err); known != "" {
		return known
	}
	switch {
	case isTimeout(err):
		return "no answer in time"
	case errors.As(err, &dns):
		return "no such host: " + dns.Name
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection was reset"
	case strings.Contains(err.Error(), badProxy):
		return "the proxy's address is not a URL: see HTTP_PROXY and HTTPS_PROXY" // the address may hold a password
	case strings.HasSuffix(err.Error(), ": EOF"):
		return "it closed the connection without an answer"
	case errors.As(err, &urlErr):
		return urlErr.Err.Error()
	default:
		return err.Error()
	}
}

// badProxy is how net/http begins an error about a proxy variable that is not a URL.
const badProxy = "invalid proxy address"

// What TLS says when a client certificate is missing or not accepted (RFC 8446, section 6).
const (
	errBadCertificate      tls.AlertError = 42
	errCertificateRequired tls.AlertError = 116
)

// alertOf is the alert with which the other side ended a TLS connection; empty where it is none. Its type is crypto/tls's own, its
// text is not.
func alertOf(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return op.Err.Error()
	}
	return ""
}

// tlsReason is the reason where encryption is at fault; empty where it is not.
func tlsReason(err error) string {
	var unknown x509.UnknownAuthorityError
	var invalid *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	alert := alertOf(err)
	switch {
	case errors.As(err, &unknown):
		return "its certificate is signed by an authority that is not trusted here (give it with ca-file)"
	case errors.As(err, &invalid):
		return "its certificate is not valid: " + invalid.Err.Error()
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "it does not speak TLS: try http://"
	case alert == errBadCertificate.Error(), alert == errCertificateRequired.Error():
		return "it asks for a client certificate (give it with cert-file and key-file)"
	case alert != "":
		return "it ended the TLS handshake: " + alert
	default:
		return ""
	}
}

func isTimeout(err error) bool {
	var netErr net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout()
}

// isPassing reports whether a connection may come about the next time: not where a name, a certificate or a setting is wrong.
func isPassing(err error) bool {
	var dns *net.DNSError
	switch {
	case isTimeout(err), errors.Is(err, context.Canceled), tlsReason(err) != "":
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	default:
		return !strings.Contains(err.Error(), badProxy) && !strings.Contains(err.Error(), "invalid header")
	}
}
