package conductor

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// NormalizeURL brings a server's URL into the form http://host[:port][/prefix]/api: with or without /api, a trailing slash or
// doubled slashes, it is the same server. Without a scheme, http is taken for loopback and https otherwise.
func NormalizeURL(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return "", errors.New("the URL is empty")
	}
	if !strings.Contains(raw, "://") {
		raw = guessScheme(raw) + "://" + raw
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "", fmt.Errorf("not a URL: %s", redactURL(raw))
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("the URL's scheme is %q: use http or https", u.Scheme)
	case strings.Contains(u.Hostname(), ":") && u.Host[0] != '[':
		return "", errors.New("an IPv6 address is written in brackets: http://[::1]:8080")
	case u.Hostname() == "":
		return "", errors.New("the URL names no host")
	case u.User != nil:
		return "", errors.New("the URL holds a user name or password: put the key and secret into their own settings")
	case u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("the URL has a query or fragment: give the address only")
	}
	path, err := apiPath(u.EscapedPath())
	if err != nil {
		return "", err
	}
	host := url.URL{Scheme: u.Scheme, Host: strings.TrimSuffix(strings.ToLower(u.Host), ":")}
	normal := host.String() + path
	if _, err := url.Parse(normal); err != nil { // the zone of an IPv6 address takes less than it seems
		return "", fmt.Errorf("not a URL: %s", redactURL(raw))
	}
	return normal, nil
}

// apiPath is the path without empty parts, ending in /api.
func apiPath(path string) (string, error) {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if slices.ContainsFunc(parts, onlyDots) {
		return "", errors.New("the URL's path has a part that is only dots")
	}
	if n := len(parts); n == 0 || parts[n-1] != "api" {
		parts = append(parts, "api")
	}
	return "/" + strings.Join(parts, "/"), nil
}

func onlyDots(part string) bool {
	part = strings.ReplaceAll(strings.ToLower(part), "%2e", ".")
	return part == "." || part == ".."
}

// guessScheme is http for this machine only: "localhost.example.com" begins like it, but is far away.
func guessScheme(raw string) string {
	u, err := url.Parse("//" + raw)
	if err != nil {
		return "https"
	}
	if ip := net.ParseIP(u.Hostname()); ip.IsLoopback() || strings.EqualFold(u.Hostname(), "localhost") {
		return "http"
	}
	return "https"
}

// redactURL leaves out what may be secret: the user's part and all that follows the path.
func redactURL(raw string) string {
	if i, at := strings.Index(raw, "://"), strings.LastIndex(raw, "@"); i >= 0 && at > i {
		raw = raw[:i+3] + "…" + raw[at:]
	}
	if i := strings.IndexAny(raw, "?#"); i >= 0 {
		raw = raw[:i] + "…"
	}
	return raw
}

// path joins escaped segments. Empty segments, "." and ".." are refused: even escaped they would name something else.
func path(segments ...string) (string, error) {
	var b strings.Builder
	for _, segment := range segments {
		if segment == "" || segment == "." || segment == ".." {
			return "", fmt.Errorf("the name %q cannot be part of a URL", segment)
		}
		b.WriteByte('/')
		b.WriteString(url.PathEscape(segment))
	}
	return b.String(), nil
}
