// Package lexer cuts sources of several languages into tokens: enough to find calls, literals and declarations, and never to take
// what stands in a comment or a string for code. It reads whatever it is given to the end; what no compiler would take gives some
// tokens, never an error.
package lexer

import (
	"slices"
	"strings"
)

// Kind is what a token is.
type Kind uint8

// The kinds of tokens.
const (
	Word Kind = iota // a name or a keyword
	Text             // a string, character or regular expression
	Number
	Mark // an operator or a bracket
)

// Python's blocks and statements end by white space; these marks stand for it.
const (
	Begin = "\t{"
	End   = "\t}"
	Break = "\n"
)

// Token is a piece of a source. Value is its text; of a string, what it stands for.
type Token struct {
	Kind     Kind
	Value    string
	Computed bool // a string with parts that are computed: Value is then not what it stands for
	Pos, To  int  // bytes
	Line     int  // 1-based
}

// Is reports whether the token is the word or the mark.
func (t Token) Is(value string) bool { return (t.Kind == Word || t.Kind == Mark) && t.Value == value }

// File is a source's tokens. Match is for each bracket the index of its partner, and -1 for anything else; Up is for each token the
// bracket with a partner that it stands in, and -1 outside all.
type File struct {
	Source string
	Tokens []Token
	Match  []int
	Up     []int
}

// Scan cuts a source into tokens.
func Scan(source []byte, syntax Syntax) File {
	s := &scanner{src: string(source), syntax: syntax, line: 1, lineStart: true, indents: []int{0}}
	s.src = strings.TrimPrefix(s.src, "\ufeff")
	for s.pos < len(s.src) {
		s.step()
	}
	s.finish()
	f := File{Source: s.src, Tokens: s.tokens, Match: match(s.tokens)}
	f.nest()
	return f
}

// nest fills Up.
func (f *File) nest() {
	f.Up = make([]int, len(f.Tokens))
	in := -1
	for i, partner := range f.Match {
		if partner >= 0 && partner < i {
			in = f.Up[partner]
		}
		f.Up[i] = in
		if partner > i {
			in = i
		}
	}
}

// scanner is where a scan has come to. Depth counts open brackets; lineStart and indents are for languages with blocks by indentation.
type scanner struct {
	src       string
	syntax    Syntax
	pos, line int
	tokens    []Token
	depth     int
	lineStart bool
	indents   []int
	heads     []bool // for each open parenthesis, whether it is that of an if or a loop
	head      bool   // whether the last one that closed was
}

func (s *scanner) rest() string { return s.src[s.pos:] }

// step reads one token, comment or stretch of white space; it always moves on.
func (s *scanner) step() {
	c := s.src[s.pos]
	switch {
	case s.syntax.Indented && s.depth == 0 && s.lineStart:
		s.indent()
	case s.syntax.Indented && s.depth == 0 && c == '\n':
		s.breakLine()
		s.lineStart = true
		s.advance(1)
	case strings.IndexByte(" \t\r\n\f\v\x00", c) >= 0:
		s.advance(1)
	case s.comment(), s.text():
	case isLetter(c):
		s.emit(Word, s.span(isWordByte))
	case isDigit(c):
		s.emit(Number, s.span(isNumberByte))
	default:
		s.mark()
	}
}

// advance moves on by n bytes, and counts lines.
func (s *scanner) advance(n int) {
	s.line += strings.Count(s.src[s.pos:s.pos+n], "\n")
	s.pos += n
}

func (s *scanner) emit(kind Kind, n int) {
	s.tokens = append(s.tokens, Token{Kind: kind, Value: s.src[s.pos : s.pos+n], Pos: s.pos, To: s.pos + n, Line: s.line})
	s.advance(n)
}

// span is the length of what fits.
func (s *scanner) span(fits func(byte) bool) int {
	n := 1
	for s.pos+n < len(s.src) && fits(s.src[s.pos+n]) {
		n++
	}
	return n
}

func isLetter(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
func isDigit(c byte) bool      { return '0' <= c && c <= '9' }
func isWordByte(c byte) bool   { return isLetter(c) || isDigit(c) }
func isNumberByte(c byte) bool { return isWordByte(c) || c == '.' }

// operator is the length of an operator that would be misread as its parts; 1 for others.
func operator(text string) int {
	if len(text) < 2 || strings.IndexByte("=.>:?|&", text[1]) < 0 {
		return 1
	}
	switch {
	case len(text) > 2 && (text[:3] == "===" || text[:3] == "!==" || text[:3] == "..."):
		return 3
	case strings.Contains("=> -> == != <= >= :: ?? || && += -= *= /= ?. := |=", text[:2]):
		return 2
	}
	return 1
}

func (s *scanner) mark() {
	if n := operator(s.rest()); n > 1 {
		s.emit(Mark, n)
		return
	}
	switch s.src[s.pos] {
	case '(':
		s.depth++
		s.heads = append(s.heads, s.follows("if", "while", "for", "with"))
	case ')':
		s.depth = max(0, s.depth-1)
		if s.head = len(s.heads) > 0 && s.heads[len(s.heads)-1]; len(s.heads) > 0 {
			s.heads = s.heads[:len(s.heads)-1]
		}
	case '[', '{':
		s.depth++
	case ']', '}':
		s.depth = max(0, s.depth-1)
	case '\\':
		if s.syntax.Indented { // the statement goes on in the next line
			s.advance(1 + s.lineEnd(s.pos+1))
			return
		}
	}
	s.emit(Mark, 1)
}

// follows reports whether the last token is one of the words.
func (s *scanner) follows(words ...string) bool {
	if len(s.tokens) == 0 {
		return false
	}
	last := s.tokens[len(s.tokens)-1]
	return last.Kind == Word && slices.Contains(words, last.Value)
}

// lineEnd is the length of the line ending at a position; 0 where there is none.
func (s *scanner) lineEnd(at int) int {
	switch {
	case strings.HasPrefix(s.src[at:], "\r\n"):
		return 2
	case strings.HasPrefix(s.src[at:], "\n"):
		return 1
	}
	return 0
}

// comment skips a comment, and reports whether there was one.
func (s *scanner) comment() bool {
	rest := s.rest()
	if strings.HasPrefix(rest, s.syntax.LineComment) {
		end := strings.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
		}
		s.advance(end)
		return true
	}
	if !s.syntax.BlockComments || !strings.HasPrefix(rest, "/*") {
		return false
	}
	n, depth := 2, 1
	for depth > 0 && n < len(rest) {
		switch {
		case strings.HasPrefix(rest[n:], "*/"):
			depth, n = depth-1, n+2
		case s.syntax.NestedComments && strings.HasPrefix(rest[n:], "/*"):
			depth, n = depth+1, n+2
		default:
			n++
		}
	}
	s.advance(n)
	return true
}

// indent compares a line's indentation with that of the lines before, and marks the blocks that begin or end with it.
func (s *scanner) indent() {
	n, width := 0, 0
loop:
	for ; s.pos+n < len(s.src); n++ {
		switch s.src[s.pos+n] {
		case ' ':
			width++
		case '\t':
			width += 8 - width%8
		case '\f', '\r':
			width = 0
		default:
			break loop
		}
	}
	s.advance(n)
	s.lineStart = false
	if s.pos == len(s.src) || s.src[s.pos] == '\n' || strings.HasPrefix(s.rest(), s.syntax.LineComment) {
		return // an empty line says nothing
	}
	if width > s.indents[len(s.indents)-1] {
		s.indents = append(s.indents, width)
		s.emitBlock(Begin)
	}
	for width < s.indents[len(s.indents)-1] {
		s.indents = s.indents[:len(s.indents)-1]
		s.emitBlock(End)
	}
}

func (s *scanner) emitBlock(value string) {
	s.tokens = append(s.tokens, Token{Kind: Mark, Value: value, Pos: s.pos, To: s.pos, Line: s.line})
}

// breakLine marks the end of a statement, once.
func (s *scanner) breakLine() {
	if n := len(s.tokens); n > 0 && !slices.Contains([]string{Break, Begin, End}, s.tokens[n-1].Value) {
		s.emitBlock(Break)
	}
}

func (s *scanner) finish() {
	if !s.syntax.Indented {
		return
	}
	s.breakLine()
	for range s.indents[1:] {
		s.emitBlock(End)
	}
}

// match finds the partner of each bracket. One without a partner does not keep those around it from theirs.
func match(tokens []Token) []int {
	partner := make([]int, len(tokens))
	var open []int
	var waiting [4]int // for each kind of bracket, how many are open
	for i, t := range tokens {
		partner[i] = -1
		kind, opens := bracket(t)
		if kind < 0 {
			continue
		}
		if opens {
			open = append(open, i)
			waiting[kind]++
			continue
		}
		for found := waiting[kind] == 0; !found; {
			last := open[len(open)-1]
			open = open[:len(open)-1]
			other, _ := bracket(tokens[last])
			waiting[other]--
			if found = other == kind; found {
				partner[i], partner[last] = last, i
			}
		}
	}
	return partner
}

// bracket is the kind of a bracket, and whether it opens; -1 for what is none.
func bracket(t Token) (kind int, opens bool) {
	if t.Kind != Mark {
		return -1, false
	}
	switch t.Value {
	case "(", ")":
		return 0, t.Value == "("
	case "[", "]":
		return 1, t.Value == "["
	case "{", "}":
		return 2, t.Value == "{"
	case Begin, End:
		return 3, t.Value == Begin
	}
	return -1, false
}
