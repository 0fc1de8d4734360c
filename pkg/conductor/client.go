package conductor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// maxBody bounds an answer that is read into memory: 64 MiB.
const maxBody = 64 << 20

// Client reaches one server as one identity. It is safe for concurrent use.
type Client struct {
	Token         *TokenService
	Server        *ServerService
	TaskDefs      *TaskDefService
	WorkflowDefs  *WorkflowDefService
	Workflows     *WorkflowService
	Tasks         *TaskService
	Applications  *ApplicationService
	Authorization *AuthorizationService
	Users         *UserService

	base      string // ends in /api
	http      *http.Client
	tokens    TokenSource
	userAgent string
	trace     func(Exchange)
	notice    func(string)
	retry     RetryPolicy
}

// Option changes how a client is made.
type Option func(*Client) error

// TLSFiles names PEM files: the authority to trust beside the system's, and a client certificate with its key.
type TLSFiles struct{ CA, Cert, Key string }

// WithCredentials authenticates with an access key: a token is fetched once and renewed when the server says that it expired.
func WithCredentials(key, secret string) Option {
	return func(c *Client) error {
		c.tokens = newKeyTokens(c, key, secret)
		return nil
	}
}

// WithToken authenticates with a token that is already there.
func WithToken(token string) Option { return WithTokenSource(staticToken(token)) }

// WithTokenSource authenticates with tokens from elsewhere.
func WithTokenSource(source TokenSource) Option {
	return func(c *Client) error {
		c.tokens = source
		return nil
	}
}

// WithHTTPClient sends requests through client; its redirect policy is replaced.
func WithHTTPClient(client *http.Client) Option {
	return func(c *Client) error {
		own := *client
		c.http = &own
		return nil
	}
}

// WithTLS trusts an own authority and shows a client certificate. It fails where a file cannot be read.
func WithTLS(files TLSFiles) Option {
	return func(c *Client) error {
		config, err := tlsConfig(files)
		if err != nil {
			return err
		}
		transport, ok := http.DefaultTransport.(*http.Transport)
		if !ok {
			return errors.New("the default transport was replaced")
		}
		transport = transport.Clone()
		transport.TLSClientConfig = config
		c.http = &http.Client{Transport: transport}
		return nil
	}
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
	if files.Cert != "" {
		pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
		if err != nil {
			return nil, fmt.Errorf("read the client certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(name string) Option {
	return func(c *Client) error {
		c.userAgent = name
		return nil
	}
}

// WithTrace calls f after each exchange, with every secret masked.
func WithTrace(f func(Exchange)) Option {
	return func(c *Client) error {
		c.trace = f
		return nil
	}
}

// WithNotice calls f with things worth saying once, such as that the server has no authentication.
func WithNotice(f func(string)) Option {
	return func(c *Client) error {
		c.notice = f
		return nil
	}
}

// WithRetry replaces the retry policy.
func WithRetry(policy RetryPolicy) Option {
	return func(c *Client) error {
		c.retry = policy
		return nil
	}
}

// New returns a client for the server at baseURL, which may or may not end in /api. Nothing is sent yet.
func New(baseURL string, opts ...Option) (*Client, error) {
	base, err := NormalizeURL(baseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, http: &http.Client{}, userAgent: "orkesctl", retry: DefaultRetry(), notice: func(string) {}}
	for _, opt := range opts {
		if err := opt(c); err != nil {
			return nil, err
		}
	}
	c.http.CheckRedirect = c.checkRedirect
	c.Token, c.Server = &TokenService{c}, &ServerService{c}
	c.TaskDefs, c.WorkflowDefs = &TaskDefService{c}, &WorkflowDefService{c}
	c.Workflows, c.Tasks = &WorkflowService{c}, &TaskService{c}
	c.Applications, c.Authorization, c.Users = &ApplicationService{c}, &AuthorizationService{c}, &UserService{c}
	return c, nil
}

// BaseURL returns the server's address, ending in /api.
func (c *Client) BaseURL() string { return c.base }

// call is one request as a resource describes it. path elements are escaped where they are put together (see path).
type call struct {
	op          string // for people: "get task x"
	method      string
	path        string
	query       url.Values
	body        any    // encoded as JSON; json.RawMessage and []byte go as they are
	contentType string // of body; application/json when empty
	accept      string
	repeatable  bool // safe to send again although it is a POST
	anonymous   bool // sent without a token
	text        bool // the answer is text, not JSON
	optional    bool // an empty answer is fine
	once        bool // never sent again although it is a GET: a poll takes a task
}

// RawResponse is an answer as it came.
type RawResponse struct {
	Status int
	Header http.Header
	Body   []byte
}

// Raw sends any request below the API's base. An answer other than 2xx is an *Error.
func (c *Client) Raw(ctx context.Context, method, path string, body []byte, contentType string) (*RawResponse, error) {
	path, rawQuery, _ := strings.Cut("/"+strings.TrimLeft(path, "/"), "?")
	if rest, found := strings.CutPrefix(path, "/api/"); found {
		path = "/" + rest
	}
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, fmt.Errorf("the query is malformed: %w", err)
	}
	request := call{op: method + " " + path, method: method, path: path, query: query, contentType: contentType, accept: "*/*"}
	if body != nil {
		request.body = body
	}
	return c.send(ctx, request)
}

// do sends the call and decodes a JSON answer into result, which may be nil.
func (c *Client) do(ctx context.Context, request call, result any) error {
	response, err := c.send(ctx, request)
	if err != nil {
		return err
	}
	if result == nil {
		return nil
	}
	if text, ok := result.(*string); ok && request.text {
		return c.readText(request, response, text)
	}
	return c.readJSON(request, response, result)
}

func (c *Client) readText(request call, response *RawResponse, text *string) error {
	if kind := pageKind(response); kind != "" {
		return c.protocol(request, kind, response)
	}
	*text = strings.Trim(strings.TrimSpace(string(response.Body)), `"`)
	return nil
}

func (c *Client) readJSON(request call, response *RawResponse, result any) error {
	body := bytes.TrimSpace(response.Body)
	if kind := pageKind(response); kind != "" {
		return c.protocol(request, kind, response)
	}
	if len(body) == 0 {
		if request.optional {
			return nil
		}
		return c.protocol(request, EmptyBody, response)
	}
	if err := Decode(body, result); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return c.protocol(request, CutOff, response)
		}
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return c.protocol(request, NotJSON, response)
		}
		return fmt.Errorf("%s: the answer has an unexpected form: %w", request.op, err)
	}
	return nil
}

// encode returns the request's body and its content type.
func encode(request call) ([]byte, string, error) {
	contentType := request.contentType
	if contentType == "" {
		contentType = "application/json"
	}
	switch body := request.body.(type) {
	case nil:
		return nil, "", nil
	case []byte:
		return body, contentType, nil
	case json.RawMessage:
		return body, contentType, nil
	case string:
		return []byte(body), contentType, nil
	default:
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(body); err != nil {
			return nil, "", fmt.Errorf("%s: encode the request: %w", request.op, err)
		}
		return bytes.TrimSpace(b.Bytes()), contentType, nil
	}
}

// send sends the call, with a token, again where that is safe, and again with a new token where the old one expired.
func (c *Client) send(ctx context.Context, request call) (*RawResponse, error) {
	body, contentType, err := encode(request)
	if err != nil {
		return nil, err
	}
	token, err := c.token(ctx, request)
	if err != nil {
		return nil, err
	}
	response, err := c.attempts(ctx, request, body, contentType, token)
	if token == "" || !isTokenFailure(err) {
		return response, err
	}
	renewed, renewErr := c.tokens.Renew(ctx, token)
	if renewErr != nil {
		return nil, renewErr
	}
	if renewed == "" || renewed == token {
		return response, err
	}
	return c.attempts(ctx, request, body, contentType, renewed)
}

func (c *Client) token(ctx context.Context, request call) (string, error) {
	if request.anonymous || c.tokens == nil {
		return "", nil
	}
	return c.tokens.Token(ctx)
}

// attempts repeats the exchange as the retry policy says.
func (c *Client) attempts(ctx context.Context, request call, body []byte, contentType, token string) (*RawResponse, error) {
	repeatable := !request.once && (request.repeatable || request.method != http.MethodPost && request.method != http.MethodPatch)
	for attempt := 1; ; attempt++ {
		response, err := c.exchange(ctx, request, body, contentType, token)
		if err == nil || !repeatable || attempt >= c.retry.Attempts || !worthRepeating(err) {
			return response, err
		}
		if waitErr := c.retry.wait(ctx, attempt, err); waitErr != nil {
			return nil, errors.Join(err, waitErr)
		}
	}
}

// exchange is the one place where a request is built, sent and its answer read.
func (c *Client) exchange(ctx context.Context, request call, body []byte, contentType, token string) (*RawResponse, error) {
	address := c.base + request.path
	if len(request.query) > 0 {
		address += "?" + request.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, request.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", request.op, err)
	}
	if body == nil {
		req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, 0
	} else {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", accept(request))
	if token != "" {
		req.Header.Set("X-Authorization", token)
	}
	began := time.Now()
	response, err := c.roundTrip(req, request)
	if c.trace != nil {
		c.trace(newExchange(req, body, response, err, time.Since(began)))
	}
	if err != nil {
		return nil, err
	}
	if response.Status < 200 || response.Status > 299 {
		return response, c.statusError(request, response)
	}
	return response, nil
}

func accept(request call) string {
	switch {
	case request.accept != "":
		return request.accept
	case request.text:
		return "text/plain, application/json"
	default:
		return "application/json"
	}
}

func (c *Client) roundTrip(req *http.Request, request call) (*RawResponse, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.connectError(request, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	response := &RawResponse{Status: resp.StatusCode, Header: resp.Header, Body: data}
	switch {
	case err != nil && req.Context().Err() != nil:
		return nil, fmt.Errorf("%s: %w", request.op, req.Context().Err())
	case err != nil:
		return nil, c.protocol(request, CutOff, response)
	case len(data) > maxBody:
		return nil, fmt.Errorf("%s: the answer is larger than %d MiB", request.op, maxBody>>20)
	}
	return response, nil
}

// checkRedirect follows redirects within the server only: a token never goes to another host.
func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
		return &foreignRedirectError{target: req.URL.Scheme + "://" + req.URL.Host}
	}
	if via[0].Method != http.MethodGet && via[0].Method != http.MethodHead && req.Method != via[0].Method {
		return &foreignRedirectError{target: req.URL.String()} // a redirect that would turn a write into a read
	}
	if len(via) >= 5 {
		return errors.New("too many redirects")
	}
	return nil
}
