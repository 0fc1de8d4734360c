package conductor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// TLSFiles names PEM files: the authority to trust beside the system's, and a client certificate with its key.
type TLSFiles struct{ CA, Cert, Key string }

// answerTime is how long the default client waits for an answer to begin: more than any call of the API waits on purpose.
const answerTime = 2 * time.Minute

// WithTLS trusts an own authority beside the system's and shows a client certificate. New fails where a file cannot be read.
func WithTLS(files TLSFiles) Option {
	return func(c *Client) error {
		c.tls = &files
		return nil
	}
}

// prepareTransport gives the client connections of its own where something about them differs from what it was given.
func (c *Client) prepareTransport() error {
	if c.http.Transport != nil && c.tls == nil {
		return nil
	}
	given := c.http.Transport
	if given == nil {
		given = http.DefaultTransport
	}
	transport, ok := given.(*http.Transport)
	switch {
	case !ok && c.tls == nil:
		return nil // the program replaced the default: it knows why
	case !ok:
		return errors.New("the HTTP client's transport is not one that certificates can be added to")
	}
	transport = transport.Clone()
	if c.http.Transport == nil {
		transport.ResponseHeaderTimeout = answerTime
	}
	if c.tls != nil {
		if err := c.tls.addTo(transport); err != nil {
			return err
		}
	}
	c.http.Transport = transport
	return nil
}

// addTo adds what the files hold to what the transport trusts and shows already.
func (f TLSFiles) addTo(transport *http.Transport) error {
	config := transport.TLSClientConfig
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return fmt.Errorf("read the CA file: %w", err)
		}
		pool := trusted(config)
		if !pool.AppendCertsFromPEM(pem) {
			return fmt.Errorf("the CA file %s holds no certificate", f.CA)
		}
		config.RootCAs = pool
	}
	if f.Cert != "" || f.Key != "" {
		pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return fmt.Errorf("read the client certificate: %w", err)
		}
		config.Certificates = append(slices.Clone(config.Certificates), pair)
	}
	transport.TLSClientConfig = config
	return nil
}

// trusted is a copy of the authorities that config trusts: its own, or the system's.
func trusted(config *tls.Config) *x509.CertPool {
	if config.RootCAs != nil {
		return config.RootCAs.Clone()
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return x509.NewCertPool()
	}
	return pool
}

// maxRedirects bounds a chain of redirects within one server.
const maxRedirects = 5

// checkRedirect follows redirects within the server only: a token never goes to another host, nor over another scheme.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case !sameServer(req.URL, first.URL):
		return &redirectError{target: req.URL.Scheme + "://" + req.URL.Host}
	case first.Method != req.Method && first.Method != http.MethodHead:
		return &redirectError{target: address(req.URL)} // it would turn a write into a read
	case len(via) >= maxRedirects:
		return &redirectError{target: address(req.URL), loop: true}
	default:
		return nil
	}
}

func sameServer(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if u.Port() == "" && u.Scheme == "https" {
		return "443"
	}
	if u.Port() == "" {
		return "80"
	}
	return u.Port()
}

// address is where a URL leads, without what may be secret in it.
func address(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

// redirectError is a redirect that is not followed.
type redirectError struct {
	target string
	loop   bool
}

func (e *redirectError) Error() string { return "redirected to " + e.target }
