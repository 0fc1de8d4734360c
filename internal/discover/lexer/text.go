package lexer

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Syntax is how a language writes what is not code.
type Syntax struct {
	LineComment    string
	BlockComments  bool
	NestedComments bool
	Indented       bool   // blocks by indentation
	Quotes         string // the characters that strings stand in
	Triple         string // those of them that may be tripled, for strings of several lines
	Prefixes       string // letters that may stand before a string: r is raw, f is computed
	RawHashes      bool   // r#"…"#
	Lifetimes      bool   // 'a is no string
	MultiLine      bool   // strings in plain quotes may go over lines
	Templates      bool   // `…${…}…`
	Regexes        bool   // /…/
}

// Python is its syntax.
func Python() Syntax {
	return Syntax{LineComment: "#", Indented: true, Quotes: `"'`, Triple: `"'`, Prefixes: "rRbBuUfFtT"}
}

// Java is its syntax.
func Java() Syntax {
	return Syntax{LineComment: "//", BlockComments: true, Quotes: `"'`, Triple: `"`}
}

// Script is the syntax of JavaScript and TypeScript.
func Script() Syntax {
	return Syntax{LineComment: "//", BlockComments: true, Quotes: `"'`, Templates: true, Regexes: true}
}

// Rust is its syntax.
func Rust() Syntax {
	return Syntax{
		LineComment: "//", BlockComments: true, NestedComments: true, Quotes: `"'`, Prefixes: "rbc", RawHashes: true, Lifetimes: true, MultiLine: true,
	}
}

// text reads a string, character, template or regular expression, and reports whether there was one.
func (s *scanner) text() bool {
	rest := s.rest()
	prefix := s.prefix(rest)
	body := rest[len(prefix):]
	raw := strings.ContainsAny(prefix, "rR")
	if body == "" {
		return false
	}
	switch {
	case s.syntax.RawHashes && raw && (body[0] == '#' || body[0] == '"'):
		return s.hashed(len(prefix))
	case s.syntax.Templates && body[0] == '`':
		s.template()
	case s.syntax.Regexes && body[0] == '/' && s.regexAllowed():
		return s.regex()
	case strings.IndexByte(s.syntax.Quotes, body[0]) < 0:
		return false
	default:
		s.quote(prefix, body, raw)
	}
	return true
}

// quote reads a string in quotes, or the quote of a lifetime.
func (s *scanner) quote(prefix, body string, raw bool) {
	if s.syntax.Lifetimes && body[0] == '\'' && !isCharacter(body) {
		s.emit(Mark, 1)
		return
	}
	s.quoted(prefix, raw)
}

// prefix is the letters before a string; none where no string follows, or where they end a longer name.
func (s *scanner) prefix(rest string) string {
	if s.syntax.Prefixes == "" {
		return ""
	}
	n := 0
	for n < len(rest) && n < 3 && strings.IndexByte(s.syntax.Prefixes, rest[n]) >= 0 {
		n++
	}
	if n < len(rest) && (strings.IndexByte(s.syntax.Quotes, rest[n]) >= 0 || s.syntax.RawHashes && rest[n] == '#') {
		return rest[:n]
	}
	return ""
}

// isCharacter tells 'x' and '\n' from the lifetime 'x.
func isCharacter(body string) bool {
	if strings.HasPrefix(body, `'\`) {
		return true
	}
	_, size := utf8.DecodeRuneInString(body[1:])
	return len(body) > 1+size && body[1+size] == '\''
}

func (s *scanner) add(n int, value string, computed bool) {
	s.tokens = append(s.tokens, Token{Kind: Text, Value: strings.ToValidUTF8(value, "\ufffd"), Computed: computed, Pos: s.pos, To: s.pos + n, Line: s.line})
	s.advance(n)
}

// quoted reads a string in quotes. One that is not closed ends with its line, or with the source where it may have several lines.
func (s *scanner) quoted(prefix string, raw bool) {
	rest := s.rest()
	quote := rest[len(prefix) : len(prefix)+1]
	if triple := strings.Repeat(quote, 3); strings.Contains(s.syntax.Triple, quote) && strings.HasPrefix(rest[len(prefix):], triple) {
		quote = triple
	}
	start := len(prefix) + len(quote)
	computable := s.syntax.Indented && strings.ContainsAny(prefix, "fFtT")
	computed, code := false, (func(string, int) int)(nil)
	if computable {
		code = func(rest string, at int) int {
			computed = true
			return skipBraces(rest, at, len(quote) == 3)
		}
	}
	end := s.closing(rest, start, quote, code)
	value := rest[start:end]
	switch {
	case raw || computed:
	case len(quote) == 3 && s.syntax.BlockComments:
		value = unescape(dedent(value))
	default:
		value = unescape(value)
	}
	if computable && !computed {
		value = strings.NewReplacer("{{", "{", "}}", "}").Replace(value)
	}
	if strings.HasPrefix(rest[end:], quote) {
		end += len(quote)
	}
	s.add(end, value, computed)
}

// closing is where a string ends. Code, where it is given, returns what follows the code in the braces of a computed one.
func (s *scanner) closing(rest string, at int, quote string, code func(string, int) int) int {
	oneLine := len(quote) == 1 && !s.syntax.MultiLine
	for at < len(rest) {
		switch c := rest[at]; {
		case c == '\\': // in a raw string too: r"\"" is whole in Python
			at = min(at+2, len(rest))
		case c == '\n' && oneLine, strings.HasPrefix(rest[at:], quote):
			return at
		case c == '{' && code != nil && strings.HasPrefix(rest[at:], "{{"):
			at += 2
		case c == '{' && code != nil:
			at = code(rest, at)
		default:
			at++
		}
	}
	return len(rest)
}

// skipBraces returns what follows the code in braces, in which strings may stand, even in the quotes that are around it all.
func skipBraces(rest string, at int, lines bool) int {
	depth := 0
	for at < len(rest) && (lines || rest[at] != '\n') {
		switch rest[at] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return at + 1
			}
		case '"', '\'':
			at = skipString(rest, at)
			continue
		}
		at++
	}
	return at
}

// skipString returns what follows a string of one line.
func skipString(text string, at int) int {
	quote := text[at]
	for at++; at < len(text) && text[at] != '\n'; at++ {
		switch text[at] {
		case '\\':
			at++
		case quote:
			return at + 1
		}
	}
	return min(at, len(text))
}

// hashed reads r#"…"#, with as many # as there are; r#word is a name.
func (s *scanner) hashed(prefix int) bool {
	rest := s.rest()
	n := prefix
	for n < len(rest) && rest[n] == '#' {
		n++
	}
	if n == len(rest) || rest[n] != '"' {
		return false
	}
	closer := `"` + rest[prefix:n]
	value, _, closed := strings.Cut(rest[n+1:], closer)
	length := n + 1 + len(value)
	if closed {
		length += len(closer)
	}
	s.add(length, value, false)
	return true
}

// template reads `…`, with all that is in its ${…}, which may hold strings, braces and templates again.
func (s *scanner) template() {
	rest := s.rest()
	open := []byte{'`'} // what is to be closed: a template, or the braces of code
	computed := false
	at := 1
	for at < len(rest) && len(open) > 0 {
		switch last := open[len(open)-1]; {
		case rest[at] == '\\':
			at += 2
		case last == '{':
			open, at = inCode(rest, at, open)
		case rest[at] == '`':
			open = open[:len(open)-1]
			at++
		case strings.HasPrefix(rest[at:], "${"):
			computed = true
			open = append(open, '{')
			at += 2
		default:
			at++
		}
	}
	at = min(at, len(rest))
	value := strings.TrimSuffix(rest[1:at], "`")
	if !computed {
		value = unescape(value)
	}
	s.add(at, value, computed)
}

// inCode takes a step in the code of a template.
func inCode(rest string, at int, open []byte) ([]byte, int) {
	switch c := rest[at]; c {
	case '}':
		return open[:len(open)-1], at + 1
	case '{', '`':
		return append(open, c), at + 1
	case '"', '\'':
		return open, skipString(rest, at)
	case '/':
		return open, skipComment(rest, at) + 1
	}
	return open, at + 1
}

// skipComment returns the last byte of the comment at a slash, or the slash where there is none.
func skipComment(text string, at int) int {
	closer := map[bool]string{true: "*/", false: "\n"}[strings.HasPrefix(text[at:], "/*")]
	if closer == "\n" && !strings.HasPrefix(text[at:], "//") {
		return at
	}
	length := strings.Index(text[at:], closer)
	if length < 0 {
		return len(text)
	}
	return at + length + len(closer) - 1
}

// regexAllowed tells a regular expression from a division by what stands before it.
func (s *scanner) regexAllowed() bool {
	if len(s.tokens) == 0 {
		return true
	}
	last := s.tokens[len(s.tokens)-1]
	switch last.Kind {
	case Word:
		return s.follows("return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await", "yield")
	case Mark:
		return last.Value != ")" && last.Value != "]" && last.Value != "}" || last.Value == ")" && s.head
	default:
		return false
	}
}

// maxRegex keeps a line of slashes from being read again from each of them.
const maxRegex = 1000

func (s *scanner) regex() bool {
	rest := s.rest()
	class := false
	for at := 1; at < min(len(rest), maxRegex) && rest[at] != '\n'; at++ {
		switch rest[at] {
		case '\\':
			at++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				s.add(at+1, rest[:at+1], true)
				return true
			}
		}
	}
	return false
}

// dedent takes the indentation that all lines share from a text block, and the line end behind its opening.
func dedent(text string) string {
	_, text, found := strings.Cut(text, "\n")
	if !found {
		return text
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	least := -1
	for i, line := range lines {
		trimmed := strings.TrimLeft(line, " \t")
		if trimmed != "" || i == len(lines)-1 {
			if indent := len(line) - len(trimmed); least < 0 || indent < least {
				least = indent
			}
		}
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line[min(max(least, 0), len(line)):], " \t")
	}
	return strings.Join(lines, "\n")
}

// unescape replaces the escapes that these languages have in common; others stay as they are.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		if simple := strings.IndexByte("ntr0\"'`\\$", text[i]); simple >= 0 {
			b.WriteByte("\n\t\r\x00\"'`\\$"[simple])
			continue
		}
		n, r := codePoint(text[i:])
		if n == 0 {
			b.WriteString(text[i-1 : i+1])
			continue
		}
		if r >= 0 {
			b.WriteRune(r)
		}
		i += n - 1
	}
	return b.String()
}

// codePoint reads x41, u0041, u{41} and the end of a line, which stands for nothing, as -1; the length is 0 for others.
func codePoint(text string) (length int, r rune) {
	digits, end := "", 0
	switch {
	case strings.HasPrefix(text, "u{"):
		if digits, _, _ = strings.Cut(text[2:], "}"); len(text) > 2+len(digits) {
			end = 3 + len(digits)
		}
	case text[0] == '\n': // the string goes on in the next line
		return 1, -1
	case text[0] == 'x' && len(text) > 2:
		digits, end = text[1:3], 3
	case text[0] == 'u' && len(text) > 4:
		digits, end = text[1:5], 5
	}
	code, err := strconv.ParseUint(digits, 16, 21)
	if err != nil {
		return 0, 0
	}
	return end, rune(code)
}
