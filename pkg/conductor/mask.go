package conductor

import (
	"net/http"
	"regexp"
	"strings"
	"unicode"
)

const mask = "***"

// minSecret is the shortest secret that is masked wherever it stands: a shorter one would blot out ordinary words.
const minSecret = 6

// sensitiveNames are what secrets go by, in any part of a longer name.
const sensitiveNames = `[\w.-]*(?:secret|passw(?:or)?d|passphrase|token|private_?key|authorization|api[_-]?key|credential)[\w.-]*`

var (
	secretField   = regexp.MustCompile(`(?i)("` + sensitiveNames + `"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*|\[[^\[\]]*\]?|\{[^{}]*\}?)`)
	secretEscaped = regexp.MustCompile(`(?i)(\\"` + sensitiveNames + `\\"\s*:\s*\\")(?:[^"\\]|\\\\(?:\\"|\\\\|[^"\\]))*`)
	secretPair    = regexp.MustCompile(`(?i)((?:^|[?&{,;\s])` + sensitiveNames + `=)[^&\s,;})"]*`)
	bearer        = regexp.MustCompile(`(?i)\b(bearer\s+)[\w.~+/=-]{16,}`)
	userInfo      = regexp.MustCompile(`(://)[^/\s@"]+@`)
	jsonWebToken  = regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*`)
	secretHeader  = regexp.MustCompile(`(?i)authorization|cookie|` + sensitiveNames)
)

// Redact masks secrets, passwords and tokens in a text of headers, URLs or JSON, by the names they go by and by their form.
func Redact(text string) string {
	text = secretField.ReplaceAllString(text, `${1}"`+mask+`"`)
	text = secretEscaped.ReplaceAllString(text, `${1}`+mask)
	text = secretPair.ReplaceAllString(text, "${1}"+mask)
	text = bearer.ReplaceAllString(text, "${1}"+mask)
	text = userInfo.ReplaceAllString(text, "${1}"+mask+"@")
	return jsonWebToken.ReplaceAllString(text, mask)
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
		if secretHeader.MatchString(name) {
			safe[name] = []string{mask}
			continue
		}
		for _, value := range values {
			safe[name] = append(safe[name], c.clean(value, more...))
		}
	}
	return safe
}
