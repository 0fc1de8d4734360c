package conductor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// call is one request as a resource describes it. path elements are escaped where they are put together (see path).
type call struct {
	op          string // for people: "get task x"
	method      string
	path        string
	query       url.Values
	body        any    // encoded as JSON; json.RawMessage and []byte go as they are
	contentType string // of body; application/json when empty
	accept      string
	repeatable  bool      // safe to send again although it is a POST
	anonymous   bool      // sent without a token
	text        bool      // the answer is text, not JSON
	optional    bool      // an empty answer is fine
	once        bool      // not sent again although it is no POST: a poll takes a task
	into        io.Writer // where an answer of bytes goes, however long it is; nil reads it into memory
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
	request.once = strings.HasPrefix(path, "/tasks/poll/") || query.Get("newVersion") == "true"
	if body != nil {
		request.body = body
	}
	return c.send(ctx, request)
}

// Download reads what is below the API's base and no text (application/octet-stream) into a writer, however much it is. It is asked for
// once; where it breaks off, the writer has a part of it.
func (c *Client) Download(ctx context.Context, path string, into io.Writer) error {
	request := call{op: "GET " + path, method: http.MethodGet, path: path, accept: byteStream, once: true, into: into}
	response, err := c.send(ctx, request)
	if err == nil && response.Header.Get("Content-Type") != byteStream {
		err = c.protocol(request, pageKind(response), response)
	}
	return err
}

// do sends the call and decodes a JSON answer into result, which may be nil.
func (c *Client) do(ctx context.Context, request call, result any) error {
	response, err := c.send(ctx, request)
	if err != nil {
		return err
	}
	if kind := pageKind(response); kind != "" { // also where nothing is expected: a sign-in page did not do what was asked
		return c.protocol(request, kind, response)
	}
	body := bytes.TrimSpace(response.Body)
	switch text, isText := result.(*string); {
	case result == nil:
		return nil
	case len(body) == 0 && request.optional, request.optional && string(body) == "null":
		return nil
	case len(body) == 0:
		return c.protocol(request, EmptyBody, response)
	case isText && request.text:
		*text = plain(body)
		return nil
	default:
		return c.readJSON(request, response, body, result)
	}
}

// plain is a text answer, which some servers send as a JSON string.
func plain(body []byte) string {
	var text string
	if body[0] == '"' && json.Unmarshal(body, &text) == nil {
		return text
	}
	return string(body)
}

func (c *Client) readJSON(request call, response *RawResponse, body []byte, result any) error {
	err := Decode(body, result)
	var syntax *json.SyntaxError
	var tail tailError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return c.protocol(request, CutOff, response)
	case errors.As(err, &syntax), errors.As(err, &tail):
		return c.protocol(request, NotJSON, response)
	default:
		return fmt.Errorf("%s: the answer has an unexpected form: %w", request.op, err)
	}
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
