package conductor

import "net/http"

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
	Schedules     *ScheduleService
	Events        *EventService
	Webhooks      *WebhookService
	Secrets       *SecretService
	Environment   *EnvironmentService

	base      string // ends in /api
	http      http.Client
	tokens    TokenSource
	userAgent string
	trace     func(Exchange)
	notice    func(string)
	retry     RetryPolicy
	tls       *TLSFiles
	secrets   []string // never shown, wherever they turn up
}

// Option changes how a client is made.
type Option func(*Client) error

// WithCredentials authenticates with an access key: a token is fetched once and renewed when the server says that it expired.
func WithCredentials(key, secret string) Option {
	return func(c *Client) error {
		c.tokens = newKeyTokens(c, key, secret)
		c.secrets = append(c.secrets, secret)
		return nil
	}
}

// WithToken authenticates with a token that is already there.
func WithToken(token string) Option {
	return func(c *Client) error {
		c.tokens = staticToken(token)
		c.secrets = append(c.secrets, token)
		return nil
	}
}

// WithTokenSource authenticates with tokens from elsewhere.
func WithTokenSource(source TokenSource) Option {
	return func(c *Client) error {
		c.tokens = source
		return nil
	}
}

// WithHTTPClient sends requests through a copy of client, whose redirect policy is replaced: see New for the one that is there without it.
func WithHTTPClient(client *http.Client) Option {
	return func(c *Client) error {
		c.http = *client
		return nil
	}
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(name string) Option {
	return func(c *Client) error {
		c.userAgent = name
		return nil
	}
}

// WithTrace calls f after each exchange, with every secret masked. Given twice, both are called.
func WithTrace(f func(Exchange)) Option {
	return func(c *Client) error {
		before := c.trace
		c.trace = func(e Exchange) {
			if before != nil {
				before(e)
			}
			f(e)
		}
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

// New returns a client for the server at baseURL, which may or may not end in /api. Nothing is sent yet. Requests go through the
// proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name; an answer has to begin within two minutes.
func New(baseURL string, opts ...Option) (*Client, error) {
	base, err := NormalizeURL(baseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, userAgent: "orkesctl", retry: DefaultRetry(), notice: func(string) {}}
	for _, opt := range opts {
		if err := opt(c); err != nil {
			return nil, err
		}
	}
	if err := c.prepareTransport(); err != nil {
		return nil, err
	}
	c.http.CheckRedirect = checkRedirect
	c.Token, c.Server = &TokenService{c}, &ServerService{c}
	c.TaskDefs, c.WorkflowDefs = &TaskDefService{c}, &WorkflowDefService{c}
	c.Workflows, c.Tasks = &WorkflowService{c}, &TaskService{c}
	c.Applications, c.Authorization, c.Users = &ApplicationService{c}, &AuthorizationService{c}, &UserService{c}
	c.Events, c.Webhooks = &EventService{c}, &WebhookService{c}
	c.Secrets, c.Environment = &SecretService{c}, &EnvironmentService{c}
	c.Schedules = &ScheduleService{c}
	return c, nil
}

// BaseURL returns the server's address, ending in /api.
func (c *Client) BaseURL() string { return c.base }
