package conductor_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// serveTLS is serve with the test's certificate, for clients that show one where roots are given.
func serveTLS(t *testing.T, clients *x509.CertPool) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewUnstartedServer(s.keep(answer(http.StatusOK, `[]`)))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if clients != nil {
		s.TLS = &tls.Config{ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// authority writes the certificate that the server's is signed with, and returns the file's name.
func authority(t *testing.T, s *server) string {
	t.Helper()
	return writePEM(t, "ca.pem", "CERTIFICATE", s.Certificate().Raw)
}

func writePEM(t *testing.T, name, kind string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600))
	return file
}

// identity makes a client certificate that signs itself: files of it and its key, and a pool that trusts it.
func identity(t *testing.T) (conductor.TLSFiles, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"}, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return conductor.TLSFiles{Cert: writePEM(t, "cert.pem", "CERTIFICATE", der), Key: writePEM(t, "key.pem", "PRIVATE KEY", keyDER)}, pool
}

func requireUnreached(t *testing.T, err error, reason string) {
	t.Helper()
	var connect *conductor.ConnectError
	require.ErrorAs(t, err, &connect)
	require.Equal(t, reason, connect.Reason)
	require.True(t, conductor.IsUnavailable(err))
	require.EqualError(t, err, "cannot reach "+connect.URL+": "+reason)
}

func TestAnOwnAuthorityIsTrusted(t *testing.T) {
	s := serveTLS(t, nil)
	require.NoError(t, listApplications(t, connect(t, s, conductor.WithTLS(conductor.TLSFiles{CA: authority(t, s)}))))
}

func TestAnUnknownAuthorityIsNamedAndNotAskedAgain(t *testing.T) {
	s, n := serveTLS(t, nil), &naps{}
	err := listApplications(t, connect(t, s, conductor.WithRetry(n.policy())))
	requireUnreached(t, err, "its certificate is signed by an authority that is not trusted here (give it with ca-file)")
	require.Empty(t, n.taken)
	require.Empty(t, s.requests())
}

func TestACertificateOfAnotherNameIsNotTrusted(t *testing.T) {
	s := serveTLS(t, nil)
	c, err := conductor.New(strings.Replace(s.URL, "127.0.0.1", "localhost", 1), conductor.WithTLS(conductor.TLSFiles{CA: authority(t, s)}))
	require.NoError(t, err)
	err = listApplications(t, c)
	require.ErrorContains(t, err, "its certificate is not valid: x509: certificate is valid for")
}

func TestAClientCertificateIsShown(t *testing.T) {
	files, pool := identity(t)
	s := serveTLS(t, pool)
	files.CA = authority(t, s)
	require.NoError(t, listApplications(t, connect(t, s, conductor.WithTLS(files))))
}

func TestAMissingClientCertificateIsNamed(t *testing.T) {
	_, pool := identity(t)
	s, n := serveTLS(t, pool), &naps{}
	err := listApplications(t, connect(t, s, conductor.WithTLS(conductor.TLSFiles{CA: authority(t, s)}), conductor.WithRetry(n.policy())))
	requireUnreached(t, err, "it asks for a client certificate (give it with cert-file and key-file)")
	require.Empty(t, n.taken)
}

func TestPlainAndEncryptedAreToldApart(t *testing.T) {
	plain := serve(t, answer(http.StatusOK, `[]`))
	c, err := conductor.New("https" + strings.TrimPrefix(plain.URL, "http"))
	require.NoError(t, err)
	requireUnreached(t, listApplications(t, c), "it does not speak TLS: try http://")

	c, err = conductor.New("http" + strings.TrimPrefix(serveTLS(t, nil).URL, "https"))
	require.NoError(t, err)
	require.ErrorContains(t, listApplications(t, c), "Client sent an HTTP request to an HTTPS server. (HTTP 400)")
}

func TestFilesThatAreNoCertificatesFailBeforeAnythingIsSent(t *testing.T) {
	files, _ := identity(t)
	other, _ := identity(t)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for name, test := range map[string]struct {
		files conductor.TLSFiles
		want  string
	}{
		"no such CA":        {conductor.TLSFiles{CA: "/no/such/ca.pem"}, "read the CA file: open /no/such/ca.pem"},
		"empty CA":          {conductor.TLSFiles{CA: empty}, "the CA file " + empty + " holds no certificate"},
		"a key for a CA":    {conductor.TLSFiles{CA: files.Key}, "holds no certificate"},
		"without the key":   {conductor.TLSFiles{Cert: files.Cert}, "read the client certificate: open"},
		"without the cert":  {conductor.TLSFiles{Key: files.Key}, "read the client certificate: open"},
		"the key of others": {conductor.TLSFiles{Cert: files.Cert, Key: other.Key}, "read the client certificate: tls: private key does not match public key"},
	} {
		_, err := conductor.New("https://conductor.example", conductor.WithTLS(test.files))
		require.ErrorContains(t, err, test.want, name)
	}
}

// proxied asks a server that does not exist through the proxy, and returns what the proxy saw.
func proxied(t *testing.T, proxy http.HandlerFunc, opts ...conductor.Option) (*server, error) {
	t.Helper()
	s := serve(t, proxy)
	at, err := url.Parse(s.URL)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(at)}}
	c, err := conductor.New("http://conductor.invalid/team", append(opts, conductor.WithHTTPClient(client), conductor.WithRetry((&naps{}).policy()))...)
	require.NoError(t, err)
	return s, listApplications(t, c)
}

func TestRequestsGoThroughAProxy(t *testing.T) {
	s, err := proxied(t, answer(http.StatusOK, `[]`))
	require.NoError(t, err)
	require.Equal(t, []string{"GET http://conductor.invalid/team/api/applications"}, s.lines())
}

func TestAProxysRefusalIsNamed(t *testing.T) {
	_, err := proxied(t, answer(http.StatusProxyAuthRequired, ``))
	require.EqualError(t, err, "list applications: Proxy Authentication Required (HTTP 407)")
}

func TestIPv6(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6 loopback")
	}
	s := &server{}
	s.Server = httptest.NewUnstartedServer(s.keep(answer(http.StatusOK, `[]`)))
	require.NoError(t, s.Listener.Close())
	s.Listener = listener
	s.Start()
	t.Cleanup(s.Close)
	require.Contains(t, s.URL, "http://[::1]:")
	c := connect(t, s)
	require.NoError(t, listApplications(t, c))
	require.Equal(t, s.URL+"/api", c.BaseURL())
}

func TestPathPrefix(t *testing.T) {
	s := serve(t, answer(http.StatusOK, `{"healthy":true}`))
	for _, base := range []string{"/team%20a/conductor", "/team%20a/conductor/", "/team%20a//conductor/api/"} {
		c, err := conductor.New(s.URL + base)
		require.NoError(t, err)
		require.NoError(t, only(c.TaskDefs.Get(t.Context(), "a/b")))
		require.NoError(t, only(c.Server.Health(t.Context())))
	}
	for i := range 3 {
		require.Equal(t, "GET /team%20a/conductor/api/metadata/taskdefs/a%2Fb?metadata=true", s.lines()[2*i])
		require.Equal(t, "GET /team%20a/conductor/health", s.lines()[2*i+1])
	}
}

// roundTripper answers in place of a server.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestAGivenHTTPClientIsUsedAndLeftAsItWas(t *testing.T) {
	s := serve(t, answer(http.StatusOK, `[]`))
	var through int
	given := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		through++
		return http.DefaultTransport.RoundTrip(req)
	})}
	require.NoError(t, listApplications(t, connect(t, s, conductor.WithHTTPClient(given))))
	require.Equal(t, 1, through)
	require.Nil(t, given.CheckRedirect, "the program's own client keeps its policy")
}

func TestATransportOfOnesOwnCannotTakeCertificates(t *testing.T) {
	s := serveTLS(t, nil)
	own := &http.Client{Transport: roundTripper(http.DefaultTransport.RoundTrip)}
	_, err := conductor.New(s.URL, conductor.WithHTTPClient(own), conductor.WithTLS(conductor.TLSFiles{CA: authority(t, s)}))
	require.EqualError(t, err, "the HTTP client's transport is not one that certificates can be added to")

	plain := &http.Transport{}
	require.NoError(t, listApplications(t, connect(t, s, conductor.WithHTTPClient(&http.Client{Transport: plain}),
		conductor.WithTLS(conductor.TLSFiles{CA: authority(t, s)}))))
	require.Nil(t, plain.TLSClientConfig.RootCAs, "the program's own transport trusts nobody else")
}

// What the program's transport trusts and shows stays, beside what the files name.
func TestCertificatesAreAddedToThoseOfTheTransport(t *testing.T) {
	files, pool := identity(t)
	s := serveTLS(t, pool)
	trusts := x509.NewCertPool()
	trusts.AddCert(s.Certificate())
	own := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusts, MinVersion: tls.VersionTLS12}}
	require.NoError(t, listApplications(t, connect(t, s, conductor.WithHTTPClient(&http.Client{Transport: own}), conductor.WithTLS(files))))
	require.Empty(t, own.TLSClientConfig.Certificates)

	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	require.NoError(t, err)
	own = &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}}
	require.NoError(t, listApplications(t, connect(t, s, conductor.WithHTTPClient(&http.Client{Transport: own}),
		conductor.WithTLS(conductor.TLSFiles{CA: authority(t, s)}))))
}

func TestReasonsInPlainWords(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
		once bool
	}{
		"no name":     {&net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}, "no such host: nowhere.example", true},
		"names down":  {&net.DNSError{Err: "server misbehaving", Name: "x.example", IsTemporary: true}, "no such host: x.example", false},
		"slow":        {os.ErrDeadlineExceeded, "no answer in time", true},
		"proxy":       {errors.New(`invalid proxy address "http://u:` + canary + `@%": parse`), "the proxy's address is not a URL: see HTTP_PROXY and HTTPS_PROXY", true},
		"another":     {errors.New("something else"), "something else", false},
		"with secret": {errors.New("token=" + canary), "token=***", false},
		"alert":       {&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, "it ended the TLS handshake: tls: handshake failure", true},
	} {
		t.Run(name, func(t *testing.T) {
			n := &naps{}
			c, err := conductor.New("http://conductor.invalid", conductor.WithRetry(n.policy()),
				conductor.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, test.err })}))
			require.NoError(t, err)
			err = listApplications(t, c)
			requireUnreached(t, err, test.want)
			require.ErrorIs(t, err, test.err)
			require.Equal(t, test.once, len(n.taken) == 0)
		})
	}
}

func TestAClosedConnectionIsNamed(t *testing.T) {
	s := serve(t, dropped)
	requireUnreached(t, listApplications(t, connect(t, s)), "it closed the connection without an answer")
}

func TestADeadlineInTheMiddleOfAnAnswerIsNoCutOff(t *testing.T) {
	begun, release := make(chan struct{}, 1), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`[`))
		_ = http.NewResponseController(w).Flush()
		begun <- struct{}{}
		<-release
	})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	c := connect(t, s)
	go func() { ended <- only(c.Applications.List(ctx)) }()
	within(t, begun)
	cancel()
	require.EqualError(t, within(t, ended), "list applications: context canceled")

	late, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	requireUnreached(t, only(connect(t, s).Applications.List(late)), "no answer in time")
	require.Len(t, s.requests(), 2)
}

func TestHeaders(t *testing.T) {
	s := serve(t, answer(http.StatusOK, `[]`))
	require.NoError(t, listApplications(t, connect(t, s)))
	require.NoError(t, listApplications(t, connect(t, s, conductor.WithUserAgent("orkesctl/1.2.3"))))
	require.NoError(t, only(connect(t, s).Server.Version(t.Context())))
	require.NoError(t, only(connect(t, s).Raw(t.Context(), http.MethodGet, "x", nil, "")))
	var heads []string
	for _, seen := range s.requests() {
		heads = append(heads, fmt.Sprint(seen.Header.Get("User-Agent"), " takes ", seen.Header.Get("Accept")))
	}
	require.Equal(t, []string{
		"orkesctl takes application/json", "orkesctl/1.2.3 takes application/json",
		"orkesctl takes text/plain, application/json", "orkesctl takes */*",
	}, heads)
}

func TestNewRefusesWhatIsNoURL(t *testing.T) {
	_, err := conductor.New("ftp://x")
	require.EqualError(t, err, `the URL's scheme is "ftp": use http or https`)
	_, err = conductor.New("http://x", func(*conductor.Client) error { return errors.New("option") })
	require.EqualError(t, err, "option")
}
