package conductor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
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
		config, err := tlsConfig(*c.tls)
		if err != nil {
			return err
		}
		transport.TLSClientConfig = config
	}
	c.http.Transport = transport
	return nil
}

func tlsConfig(files TLSFiles) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if files.CA != "" {
		pem, err := os.ReadFile(files.CA)
		if err != nil {
			return nil, fmt.Errorf("read the CA file: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the CA file %s holds no certificate", files.CA)
		}
		config.RootCAs = pool
	}
	if files.Cert != "" || files.Key != "" {
		pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
		if err != nil {
			return nil, fmt.Errorf("read the client certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
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
