package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// httpKind is HTTP: a request to somebody's server, whose answer is the output.
func httpKind() kind { return kind{schedule: scheduleHTTP, execute: executeHTTP, queued: true} }

// scheduleHTTP notes in the input whether somebody else completes the task, as the real server does.
func scheduleHTTP(m *mapping) ([]*task, error) {
	t := m.newTask()
	t.Wire.InputData["asyncComplete"] = m.n.task.AsyncComplete
	return []*task{t}, nil
}

func executeHTTP(_ *execution, t *task, env *environment) []command {
	if _, answered := t.Wire.OutputData["response"]; answered && t.Wire.Status == conductor.TaskInProgress {
		return nil // somebody else completes it
	}
	request, refusal := httpRequestOf(t, env.secret)
	if refusal != "" {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: refusal}}
	}
	completes := conductor.TaskCompleted
	if t.node.task.AsyncComplete {
		completes = conductor.TaskInProgress
	}
	return []command{performTask{task: t, job: func(ctx context.Context) outcome {
		response, err := request.send(ctx, env.web)
		if err != nil {
			return request.failed(err)
		}
		return outcome{status: completes, output: map[string]any{"response": response}}
	}}}
}

// httpRequest is a request as a task's input describes it. Shown is its address without secrets, for messages.
type httpRequest struct {
	method, uri, shown string
	headers            map[string]any
	body               any
	accept             any
	contentType        string
	timeout            time.Duration
}

// httpTimeout is how long connecting and reading may take each, where the task does not say.
const httpTimeout = 3000

// httpRequestOf reads a request from http_request or from the input itself, or says why there is none.
func httpRequestOf(t *task, secret func(string) (string, bool)) (request httpRequest, refusal string) {
	input, shown := httpInput(t.revealed(secret)), httpInput(t.Wire.InputData)
	request = httpRequest{
		method: textOf(input["method"]), uri: textOf(input["uri"]), shown: textOf(shown["uri"]), body: input["body"], accept: input["accept"],
		contentType: textOf(input["contentType"]), timeout: patience(input["connectionTimeOut"]) + patience(input["readTimeOut"]),
	}
	request.headers, _ = input["headers"].(map[string]any)
	if request.contentType == "" {
		request.contentType = "application/json"
	}
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
	switch {
	case request.uri == "":
		return request, "Missing HTTP URI.  See documentation for HttpTask for required input parameters"
	case request.method == "":
		return request, "No HTTP method specified"
	case !slices.Contains(methods, request.method):
		return request, fmt.Sprintf("Failed to invoke HTTP task due to: Invalid HTTP method: %s: it must be one of %s", request.method, strings.Join(methods, ", "))
	}
	return request, ""
}

func httpInput(input map[string]any) map[string]any {
	if inner, nested := input["http_request"].(map[string]any); nested {
		return inner
	}
	return input
}

func patience(value any) time.Duration {
	number, ok := numberOf(value)
	if !ok || number <= 0 {
		number = httpTimeout
	}
	return time.Duration(number) * time.Millisecond
}

// send makes the request and returns its answer as the task's output has it.
func (r httpRequest) send(ctx context.Context, web *http.Client) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	body, err := r.payload()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, r.method, r.uri, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("URI is not valid: " + r.shown)
	}
	r.setHeaders(request.Header)
	answer, err := web.Do(request)
	if err != nil {
		return nil, r.ioError(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxPayload+1))
	switch {
	case err != nil:
		return nil, r.ioError(err)
	case len(data) > maxPayload:
		return nil, fmt.Errorf("the answer to the %s request for %q is larger than %d bytes", r.method, r.shown, maxPayload)
	case answer.StatusCode/100 != 2:
		return nil, fmt.Errorf(`%d %s on %s request for "%s": "%s"`, answer.StatusCode, http.StatusText(answer.StatusCode), r.method, r.shown,
			cut(string(data), maxReason))
	}
	headers := make(map[string]any, len(answer.Header))
	for name, values := range answer.Header {
		headers[name] = texts(values)
	}
	return map[string]any{
		"statusCode": int64(answer.StatusCode), "reasonPhrase": http.StatusText(answer.StatusCode), "headers": headers, "body": answerBody(data),
	}, nil
}

func (r httpRequest) payload() ([]byte, error) {
	switch body := r.body.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(body), nil
	}
	data, err := json.Marshal(r.body)
	if err != nil {
		return nil, fmt.Errorf("the body is not JSON: %w", err)
	}
	return data, nil
}

func (r httpRequest) setHeaders(header http.Header) {
	header.Set("Content-Type", r.contentType)
	header.Set("Accept", "application/json")
	switch accept := r.accept.(type) {
	case string:
		header.Set("Accept", accept)
	case []any:
		var types []string
		for _, one := range accept {
			types = append(types, javaText(one))
		}
		header.Set("Accept", strings.Join(types, ", "))
	}
	for name, value := range r.headers {
		header.Set(name, javaText(value))
	}
}

// answerBody is what an answer holds: JSON where it is, else text, and nothing where there is none. A number alone is a decimal, as on
// the real server.
func answerBody(data []byte) any {
	if len(data) == 0 {
		return nil
	}
	var value any
	if conductor.Decode(data, &value) != nil {
		return string(data)
	}
	if number, alone := value.(json.Number); alone && !strings.ContainsAny(number.String(), ".eE") {
		return json.Number(number.String() + ".0")
	}
	return value
}

// ioError words a failure of the network for the definition's author, without the address that may hold secrets.
func (r httpRequest) ioError(err error) error {
	cause := err
	for inner := errors.Unwrap(cause); inner != nil; inner = errors.Unwrap(cause) {
		cause = inner
	}
	var late net.Error
	what := cause.Error()
	switch {
	case errors.As(err, &late) && late.Timeout(), errors.Is(err, context.DeadlineExceeded):
		what = "Read timed out"
	case errors.Is(err, syscall.ECONNREFUSED):
		what = "Connection refused"
		if at, err := url.Parse(r.shown); err == nil {
			what = "Connect to " + at.Scheme + "://" + at.Host + " failed: " + what
		}
	}
	return fmt.Errorf("I/O error on %s request for %q: %s", r.method, r.shown, what)
}

// failed is the outcome of a request that could not be made or was refused.
func (r httpRequest) failed(err error) outcome {
	text := "java.lang.Exception: " + err.Error()
	return outcome{
		status: conductor.TaskFailed, reason: "Failed to invoke HTTP task due to: " + text, output: map[string]any{"response": text},
	}
}

// newWeb is the client of tasks that call other servers. How long a call may take, the task says.
func newWeb(carrier http.RoundTripper) *http.Client {
	if carrier == nil {
		carrier = &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 1 << 20,
		}
	}
	return &http.Client{Transport: carrier}
}
