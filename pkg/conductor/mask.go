package conductor

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

const mask = "***"

// minSecret is the shortest secret that is masked wherever it stands: a shorter one would blot out ordinary words.
const minSecret = 6

// sensitiveNames are what secrets go by, in any part of a longer name.
const sensitiveNames = `[\w.-]*(?:secret|passw(?:or)?d|passphrase|token|private_?key|authorization|api[_-]?key|credential)[\w.-]*`

// secretForms are what secrets look like in a text.
type secretForms struct{ field, escaped, pair, bearer, userInfo, jsonWebToken, header *regexp.Regexp }

// forms are made when the first text is masked: they take longer than the rest of a command's start.
var forms = sync.OnceValue(func() secretForms { //nolint:gochecknoglobals // as regexp.MustCompile, but later
	return secretForms{
		field:        regexp.MustCompile(`(?i)("` + sensitiveNames + `"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*|\[[^\[\]]*\]?|\{[^{}]*\}?)`),
		escaped:      regexp.MustCompile(`(?i)(\\"` + sensitiveNames + `\\"\s*:\s*\\")(?:[^"\\]|\\\\(?:\\"|\\\\|[^"\\]))*`),
		pair:         regexp.MustCompile(`(?i)((?:^|[?&{,;\s])` + sensitiveNames + `=)[^&\s,;})"]*`),
		bearer:       regexp.MustCompile(`(?i)\b(bearer\s+)[\w.~+/=-]{16,}`),
		userInfo:     regexp.MustCompile(`(://)[^/\s@"]+@`),
		jsonWebToken: regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*`),
		header:       regexp.MustCompile(`(?i)authorization|cookie|` + sensitiveNames),
	}
})

// Redact masks secrets, passwords and tokens in a text of headers, URLs or JSON, by the names they go by and by their form.
func Redact(text string) string {
	form := forms()
	text = form.field.ReplaceAllString(text, `${1}"`+mask+`"`)
	text = form.escaped.ReplaceAllString(text, `${1}`+mask)
	text = form.pair.ReplaceAllString(text, "${1}"+mask)
	text = form.bearer.ReplaceAllString(text, "${1}"+mask)
	text = form.userInfo.ReplaceAllString(text, "${1}"+mask+"@")
	return form.jsonWebToken.ReplaceAllString(text, mask)
}

// clean is a text from the other side as it may be shown: without secrets, the client's own included, and without what would steer
// a terminal.
func (c *Client) clean(text string, more ...string) string {
	text = Redact(text)
	for _, secrets := range [][]string{c.secrets, more} {
		for _, secret := range secrets {
			if len(secret) >= minSecret {
				text = strings.ReplaceAll(text, secret, mask)
			}
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

func (c *Client) cleanHeader(header http.Header, more ...string) http.Header {
	safe := make(http.Header, len(header))
	for name, values := range header {
		if forms().header.MatchString(name) {
			safe[name] = []string{mask}
			continue
		}
		for _, value := range values {
			safe[name] = append(safe[name], c.clean(value, more...))
		}
	}
	return safe
}
