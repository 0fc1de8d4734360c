package discover

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

// pythonTraps finds what keeps Python's workers from working: facts that were seen with SDK 2.0.
func pythonTraps(u *unit, workers bool, found *Findings) {
	for i := range u.Tokens {
		switch {
		case workers && u.is(i, "annotations") && u.starts(i-3) && u.is(i-3, "from") && u.is(i-2, "__future__"):
			found.trap(u.place(i), "annotations",
				"the SDK reads the annotations of workers and finds only text: every task fails", "Take out: from __future__ import annotations")
		case u.is(i, "start_processes") && u.is(i-1, ".") && u.is(i+1, "("):
			if at := u.unguarded(i); at >= 0 {
				found.trap(u.place(at), "main guard",
					"the workers are started while the module is imported: each worker's process imports it again and fails, and nothing polls",
					`Put the start under: if __name__ == "__main__":`)
			}
		}
	}
}

// unguarded is the token by which code runs when its module is imported: its own, or that of a call of its function; -1 for none.
func (u *unit) unguarded(i int) int {
	function := ""
	for in := u.pythonBlock(i); in >= 0; in = u.pythonBlock(in) {
		head := u.head(in)
		for at := head; at < in; at++ {
			if u.is(at, "__name__") {
				return -1
			}
		}
		if u.is(head, "async") {
			head++
		}
		if u.is(head, "def") {
			function = u.token(head + 1).Value
		}
	}
	if function == "" {
		return i
	}
	for at := range u.Tokens {
		if u.is(at, function) && u.is(at+1, "(") && u.pythonBlock(at) < 0 && u.starts(at) {
			return at
		}
	}
	return -1
}

// head is the first token of the statement whose block begins at a token.
func (u *unit) head(begin int) int {
	at := begin - 2 // before the break
	for at > 0 && (u.Up[at] != u.Up[begin] || !u.oneOf(at-1, lexer.Break, lexer.Begin, lexer.End)) {
		at--
	}
	return at
}

// scriptTrap finds worker() as a decorator of a function, which is none: only methods can have one.
func scriptTrap(u *unit, i int, found *Findings) {
	if !u.is(i, "@") || u.sdkName(i+1) != "worker" || !u.opens(i+2) {
		return
	}
	for at := u.after(i + 2); u.oneOf(at, "export", "default", "async", "function"); at++ {
		if u.is(at, "function") {
			found.trap(u.place(i), "@worker",
				"a function cannot have a decorator: only a class's method can", "Call it: worker({ … })(async (task) => { … })")
			return
		}
	}
}

// secretCalls are the calls that take a secret: what it is called there, and at which place it stands.
func secretCalls() map[string]int {
	return map[string]int{
		"AuthenticationSettings": 1, "NewAuthenticationSettings": 1, "with_auth": 1, "credentials": 1, "ApiClient": 2, "OrkesClients": 2,
	}
}

// readSecrets finds secrets in sources and settings. They are never shown whole.
func readSecrets(all *tree, found *Findings) {
	syntaxes := map[string]lexer.Syntax{".py": lexer.Python(), ".java": lexer.Java(), ".rs": lexer.Rust()}
	for _, s := range all.files {
		switch {
		case s.ext() == ".properties" || s.ext() == ".yaml" || s.ext() == ".yml":
			if s.marked {
				secretSettings(s, found)
			}
		case s.marked && mayHoldSecret(s.kept):
			syntax, known := syntaxes[s.ext()]
			if !known {
				syntax = lexer.Script() // Go's strings are like those
			}
			u := &unit{File: lexer.Scan(s.text(), syntax), source: s}
			for i, t := range u.Tokens {
				if secret := u.secret(i); secret != "" {
					found.secret(Place{s.path, t.Line}, secret)
				}
			}
		}
	}
}

// mayHoldSecret spares the files that do not even name a secret, or a call that takes one.
func mayHoldSecret(text []byte) bool {
	lower := bytes.ToLower(text)
	if bytes.Contains(lower, []byte("secret")) {
		return true
	}
	for call := range secretCalls() {
		if bytes.Contains(text, []byte(call)) {
			return true
		}
	}
	return false
}

// secret is the secret that a token is; empty for others.
func (u *unit) secret(i int) string {
	t := u.token(i)
	if t.Kind != lexer.Text || t.Computed || !looksSecret(t.Value) {
		return ""
	}
	if u.oneOf(i-1, "=", ":") {
		name := u.token(i - 2)
		named := []string{"keysecret", "authsecret", "conductorauthsecret", "conductorserverauthsecret"}
		if name.Kind != lexer.Mark && slices.Contains(named, fold(name.Value)) {
			return t.Value
		}
	}
	open := u.Up[i]
	position, takes := secretCalls()[u.token(open-1).Value]
	if !takes || !u.is(open, "(") {
		return ""
	}
	if given := u.split(u.inside(open), ","); position < len(given) && given[position] == (span{i, i + 1}) {
		return t.Value
	}
	return ""
}

// secretSettings finds the secret in properties and YAML.
func secretSettings(s *source, found *Findings) {
	for _, settings := range readProperties(&tree{files: []*source{s}}, Environment{}) {
		for _, name := range []string{"conductor.client.secret", "conductor.client.key-secret", "conductor.security.client.secret"} {
			if v, set := settings.values[name]; set && looksSecret(v.value) {
				found.secret(v.place, v.value)
			}
		}
	}
}

// looksSecret tells secrets from what only stands for one.
func looksSecret(text string) bool {
	const least = 16
	if len(text) < least {
		return false
	}
	letters := slices.ContainsFunc([]rune(text), unicode.IsLetter)
	digits := slices.ContainsFunc([]rune(text), unicode.IsDigit) // which no variable's name and no sentence has
	return letters && digits && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '<' || r == '{' || r == '$' })
}

func (f *Findings) secret(place Place, secret string) {
	const shown = 3
	f.Notices = append(f.Notices, Notice{
		Kind: KindSecret, Subject: secret[:shown] + "…", Message: "a key's secret stands in a source file, and in the history of its repository", Place: place,
		Fix: "Take it from CONDUCTOR_AUTH_SECRET, and make the key useless: orkesctl app key rotate",
	})
}
