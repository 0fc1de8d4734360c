package conductor

import (
	"fmt"
	"net/http"
	"regexp"
	"sort"
	"strings"
	"time"
)

// Exchange is one request and its answer, as --debug shows it, with every secret masked.
type Exchange struct {
	Method, URL   string
	RequestHeader http.Header
	RequestBody   string
	Status        int // zero where no answer came
	Header        http.Header
	Body          string
	Size          int
	Duration      time.Duration
	Err           error
}

// maxTraceBody bounds what an Exchange keeps of a body: 4 KiB.
const maxTraceBody = 4 << 10

const mask = "***"

var (
	secretField  = regexp.MustCompile(`(?i)("(?:[a-z_.-]*(?:secret|password|token|privatekey|authorization))"\s*:\s*)"(?:[^"\\]|\\.)*"?`)
	secretQuery  = regexp.MustCompile(`(?i)([?&][^=&]*(?:secret|token|password)[^=&]*=)[^&\s]*`)
	jsonWebToken = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
)

// Redact masks secrets, passwords and tokens in a text of headers, URLs or JSON.
func Redact(text string) string {
	text = secretField.ReplaceAllString(text, `${1}"`+mask+`"`)
	text = secretQuery.ReplaceAllString(text, "${1}"+mask)
	return jsonWebToken.ReplaceAllString(text, mask)
}

func redactHeader(h http.Header) http.Header {
	safe := h.Clone()
	for _, name := range []string{"X-Authorization", "Authorization", "Cookie", "Set-Cookie", "Proxy-Authorization"} {
		if safe.Get(name) != "" {
			safe.Set(name, mask)
		}
	}
	return safe
}

func newExchange(req *http.Request, body []byte, response *RawResponse, err error, took time.Duration) Exchange {
	e := Exchange{
		Method: req.Method, URL: Redact(req.URL.String()), RequestHeader: redactHeader(req.Header),
		RequestBody: excerpt(body), Duration: took, Err: err,
	}
	if response != nil {
		e.Status, e.Header, e.Body, e.Size = response.Status, redactHeader(response.Header), excerpt(response.Body), len(response.Body)
	}
	return e
}

func excerpt(body []byte) string {
	text := Redact(string(body))
	if len(text) > maxTraceBody {
		text = text[:maxTraceBody] + "…"
	}
	return text
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
	return b.String()
}

func writeHeader(b *strings.Builder, prefix string, header http.Header) {
	names := make([]string, 0, len(header))
	for name := range header {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(b, "%s%s: %s\n", prefix, name, strings.Join(header[name], ", "))
	}
}

func writeBody(b *strings.Builder, prefix, body string) {
	if body != "" {
		b.WriteString(prefix + strings.ReplaceAll(strings.TrimRight(body, "\n"), "\n", "\n"+prefix) + "\n")
	}
}
