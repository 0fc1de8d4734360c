package conductor

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Exchange is one request and its answer, as --debug shows it, with every secret masked.
type Exchange struct {
	Method, URL   string
	RequestHeader http.Header
	RequestBody   string // the first 4 KiB
	RequestSize   int    // of the whole body, in bytes
	Status        int    // zero where no answer came
	Header        http.Header
	Body          string // the first 4 KiB
	Size          int    // of the whole body, in bytes
	Duration      time.Duration
	Err           error // nil where the answer came whole, whatever its status
}

// What an Exchange keeps of a body, and how much of it is searched for secrets before it is cut.
const (
	maxTraceBody = 4 << 10
	maxSearched  = 64 << 10
)

func (c *Client) newExchange(req *http.Request, body []byte, response *RawResponse, err error, took time.Duration) Exchange {
	token := req.Header.Get("X-Authorization")
	hidden := secretPath(req.URL.Path)
	e := Exchange{
		Method: req.Method, URL: c.clean(req.URL.String(), token), RequestHeader: c.cleanHeader(req.Header, token),
		RequestBody: c.excerpt(body, hidden, token), RequestSize: len(body), Duration: took, Err: err,
	}
	if len(body) > 0 {
		e.RequestHeader.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if response != nil {
		e.Status, e.Header, e.Size = response.Status, c.cleanHeader(response.Header, token), len(response.Body)
		e.Body = c.excerpt(response.Body, hidden && response.Status < http.StatusMultipleChoices, token)
	}
	return e
}

// secretPath reports whether whole bodies of a path are secrets: values of secrets; webhooks, whose headers may be called anything; and
// the state of a development server, which has all of them.
func secretPath(path string) bool {
	return strings.Contains(path, "/secrets/") || strings.Contains(path, "/metadata/webhook") || strings.HasSuffix(path, "/dev/state")
}

func (c *Client) excerpt(body []byte, hidden bool, token string) string {
	if hidden && len(body) > 0 {
		return mask
	}
	return cut(c.clean(cut(string(body), maxSearched), token), maxTraceBody)
}

// cut shortens a text to at most size bytes, between two characters.
func cut(text string, size int) string {
	if len(text) <= size {
		return text
	}
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size] + "…"
}

// String returns the exchange in the form of an HTTP conversation: > for what was sent, < for what came.
func (e Exchange) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", e.Method, e.URL)
	writeHeader(&b, "> ", e.RequestHeader)
	writeBody(&b, "> ", e.RequestBody)
	if e.Status == 0 {
		fmt.Fprintf(&b, "< no answer after %s: %v\n", e.Duration.Round(time.Millisecond), e.Err)
		return b.String()
	}
	fmt.Fprintf(&b, "< %d %s in %s, %d bytes\n", e.Status, http.StatusText(e.Status), e.Duration.Round(time.Microsecond), e.Size)
	writeHeader(&b, "< ", e.Header)
	writeBody(&b, "< ", e.Body)
	if e.Err != nil {
		fmt.Fprintf(&b, "< %v\n", e.Err)
	}
	return b.String()
}

func writeHeader(b *strings.Builder, prefix string, header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		fmt.Fprintf(b, "%s%s: %s\n", prefix, name, strings.Join(header[name], ", "))
	}
}

func writeBody(b *strings.Builder, prefix, body string) {
	if body != "" {
		b.WriteString(prefix + strings.ReplaceAll(strings.TrimRight(body, "\n"), "\n", "\n"+prefix) + "\n")
	}
}
