package conductor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxBody bounds an answer that is read into memory: 64 MiB.
const maxBody = 64 << 20

// byteStream is the type of an answer that is no text.
const byteStream = "application/octet-stream"

// send sends the call with a token, again where that is safe, and again with a new token where the old one expired.
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
		if err == nil || attempt >= c.retry.Attempts || !worthRepeating(err) || !repeatable && !unheard(err) {
			return response, err
		}
		if why := c.retry.wait(ctx, attempt, err); why != nil {
			return nil, &gaveUpError{last: err, why: why}
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
	switch {
	case body != nil:
		req.Header.Set("Content-Type", contentType)
	case request.once:
		// net/http itself sends a GET again when a kept connection breaks. With a body that it cannot read twice it does not.
		req.Body, req.GetBody, req.ContentLength = io.NopCloser(strings.NewReader("")), nil, -1
	default:
		req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, 0
	}
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", accept(request))
	if token != "" {
		req.Header.Set("X-Authorization", token)
	}
	began := time.Now()
	response, err := c.roundTrip(req, request)
	if c.trace != nil {
		c.trace(c.newExchange(req, body, response, err, time.Since(began)))
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
	var data []byte
	if request.into != nil && resp.StatusCode == http.StatusOK && resp.Header.Get("Content-Type") == byteStream {
		_, err = io.Copy(request.into, resp.Body)
	} else {
		data, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	}
	response := &RawResponse{Status: resp.StatusCode, Header: resp.Header, Body: data}
	switch {
	case err != nil && isTimeout(err), errors.Is(err, context.Canceled):
		return nil, c.connectError(request, err)
	case err != nil:
		return response, c.protocol(request, CutOff, response)
	case len(data) > maxBody:
		return response, c.protocol(request, TooLarge, response)
	default:
		return response, nil
	}
}
