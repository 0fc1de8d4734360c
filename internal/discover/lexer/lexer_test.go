package lexer_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

func syntaxes() map[string]lexer.Syntax {
	return map[string]lexer.Syntax{"python": lexer.Python(), "java": lexer.Java(), "script": lexer.Script(), "rust": lexer.Rust()}
}

// shown is a source's tokens in one line: texts in quotes, computed ones after a ~, Python's blocks as <, > and ;.
func shown(source string, syntax lexer.Syntax) string {
	var parts []string
	for _, t := range lexer.Scan([]byte(source), syntax).Tokens {
		switch {
		case t.Kind == lexer.Text && t.Computed:
			parts = append(parts, "~")
		case t.Kind == lexer.Text:
			parts = append(parts, "'"+t.Value+"'")
		case t.Value == lexer.Begin:
			parts = append(parts, "<")
		case t.Value == lexer.End:
			parts = append(parts, ">")
		case t.Value == lexer.Break:
			parts = append(parts, "¶")
		default:
			parts = append(parts, t.Value)
		}
	}
	return strings.Join(parts, " ")
}

func TestScan(t *testing.T) {
	for name, cases := range map[string]map[string]string{
		"python": {
			"a = 'b' # c 'd'":                "a = 'b' ¶",
			"f(x,\n  y)\nz":                  "f ( x , y ) ¶ z ¶",
			"def f():\n  a\n\n  # c\n  b\nd": "def f ( ) : ¶ < a ¶ b ¶ > d ¶",
			"if a:\n\tif b:\n\t\tc":          "if a : ¶ < if b : ¶ < c ¶ > >",
			"if a:\n        b\n\tc":          "if a : ¶ < b ¶ c ¶ >",
			"  a":                            "< a ¶ >",
			"a = 1 + \\\n  2":                "a = 1 + 2 ¶",
			`f"{x}" F'{{y}}' rf"{z}\"" f"{d["k"]}" end`: "~ '{y}' ~ ~ end ¶",
			`r"\n" R'\'' b"x" rb'\d' Br"" u"ü"`:         `'\n' '\'' 'x' '\d' '' 'ü' ¶`,
			`"""a "b" ""c""" + '''d'''`:                 `'a "b" ""c' + 'd' ¶`,
			`'a\'b' "a\"b" "\x41\u0042"`:                `'a'b' 'a"b' 'AB' ¶`,
			"'open\nnext":                               "'open' ¶ next ¶",
			"\"\"\"open\nnext":                          "'open\nnext' ¶",
			"f'{open\nnext":                             "~ ¶ next ¶",
			"x = {\n'a': 1}\ny":                         "x = { 'a' : 1 } ¶ y ¶",
			"if x: y = 1\nelse: z":                      "if x : y = 1 ¶ else : z ¶",
			"bar'x'":                                    "bar 'x' ¶",
			"a ) ]\nb":                                  "a ) ] ¶ b ¶",
		},
		"java": {
			"a /* b ' \" */ c // d\ne":                       "a c e",
			`'x' '\'' '"' "it's" "\"q\""`:                    `'x' ''' '"' 'it's' '"q"'`,
			"\"\"\"\n    a\n      b\\\n    c\n    \"\"\"; d": "'a\n  bc\n' ; d",
			"\"\"\"\n  one\"\"\"":                            "'one'",
			"List<Map<String, X>> x = a::b;":                 "List < Map < String , X > > x = a :: b ;",
			"@A(b = 1, c = {\"d\"})":                         "@ A ( b = 1 , c = { 'd' } )",
			"/* open":                                        "",
			"/* /* */ a */":                                  "a * /",
			"100L 1_000 0xFF 1.5f":                           "100L 1_000 0xFF 1.5f",
		},
		"script": {
			"`a` `a${b}c` `\\``":             "'a' ~ '`'",
			"`${ {a: `${'`'}`} }` x":         "~ x",
			"`open ${ '":                     "~",
			"a = /[/'\"]\\/`/g; b":           "a = ~ g ; b",
			"a / b / c":                      "a / b / c",
			"return /'/.test(x)":             "return ~ . test ( x )",
			"(a) / 2 + x[1] / 3":             "( a ) / 2 + x [ 1 ] / 3",
			"a?.b ?? c || d === e => {...f}": "a ?. b ?? c || d === e => { ... f }",
			"'open\nnext `t\nt`":             "'open' next 't\nt'",
			"<p>Don't</p>\n<q/>":             "< p > Don 't</p>' < q / >",
			"#private $x _y ünï":             "# private $x _y ünï",
			"'a\\\nb' '\\u{1F600}'":          "'ab' '😀'",
			"// c\r\nx":                      "x",
		},
		"rust": {
			"/* a /* b */ c */ d":                       "d",
			"'a' '\\n' '\\'' 'static x: &'a str":        "'a' '\n' ''' ' static x : & ' a str",
			"r\"a\\\" r#\"b\"c\"# br##\"\"#\"## r#type": `'a\' 'b"c' '"#' r # type`,
			"\"a\nb\" b\"x\" b'y' c\"z\"":               "'a\nb' 'x' 'y' 'z'",
			"r#\"open":                                  "'open'",
			"#[worker(name = \"x\")] a::b -> c":         "# [ worker ( name = 'x' ) ] a :: b -> c",
			"'é' 'ab":                                   "'é' ' ab",
		},
	} {
		for source, want := range cases {
			require.Equal(t, want, shown(source, syntaxes()[name]), "%s: %s", name, source)
		}
	}
}

func TestLinesAndPositions(t *testing.T) {
	source := "a\r\n'b'\n\"\"\"c\nd\"\"\" e\n"
	file := lexer.Scan([]byte(source), lexer.Python())
	lines := map[string]int{}
	for _, token := range file.Tokens {
		lines[token.Value] = token.Line
		require.LessOrEqual(t, token.Pos, token.To)
	}
	require.Equal(t, map[string]int{"a": 1, "b": 2, "c\nd": 3, "e": 4, lexer.Break: 4}, lines)
	marked := lexer.Scan([]byte("\ufeffa b"), lexer.Java())
	require.Equal(t, "a", marked.Source[marked.Tokens[0].Pos:marked.Tokens[0].To], "a mark of the encoding is no token")
}

func TestBrackets(t *testing.T) {
	file := lexer.Scan([]byte("a ( b [ c ) d ] { e } ) {"), lexer.Java())
	var match, up []int
	match, up = file.Match, file.Up
	//                       a   (  b   [   c   )  d   ]   {   e   }  )   {
	require.Equal(t, []int{-1, 5, -1, -1, -1, 1, -1, -1, 10, -1, 8, -1, -1}, match, "one without a partner keeps none from theirs")
	require.Equal(t, []int{-1, -1, 1, 1, 1, -1, -1, -1, -1, 8, -1, -1, -1}, up)
}

func TestHostileSourcesEndSoon(t *testing.T) {
	const many = 60_000
	for name, source := range map[string]string{
		"brackets":     strings.Repeat("(", many) + strings.Repeat("]", many),
		"crossed":      strings.Repeat("([{", many) + strings.Repeat(")]}", many),
		"templates":    strings.Repeat("`${", many),
		"f-strings":    strings.Repeat("f'{", many) + "\n",
		"comments":     strings.Repeat("/*", many),
		"one line":     strings.Repeat("x", 1<<20),
		"quotes":       strings.Repeat("'\"", many) + "\n",
		"triples":      strings.Repeat("\"\"\"'''", many),
		"indents":      indented(1000),
		"zeros":        strings.Repeat("\x00", many),
		"not UTF-8":    strings.Repeat("\xff'\xfe", many),
		"backslashes":  strings.Repeat("\\", many) + "'" + strings.Repeat("\\", many),
		"raw hashes":   strings.Repeat("r#", many),
		"regexes":      strings.Repeat("=/[", many),
		"line endings": strings.Repeat("'\r\n", many),
	} {
		for language, syntax := range syntaxes() {
			t.Run(name+"/"+language, func(t *testing.T) { check(t, source, syntax) })
		}
	}
}

func indented(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	return b.String()
}

// check wants tokens in the order of the source, within it, and brackets that are each other's partners.
func check(t *testing.T, source string, syntax lexer.Syntax) {
	t.Helper()
	file := lexer.Scan([]byte(source), syntax)
	end, line, lines := 0, 1, strings.Count(source, "\n")+1
	for i, token := range file.Tokens {
		if token.Pos < end || token.To < token.Pos || token.To > len(file.Source) || token.Line < line || token.Line > lines {
			t.Fatalf("token %d: %+v after %d in line %d", i, token, end, line)
		}
		end, line = token.To, token.Line
		partner, up := file.Match[i], file.Up[i]
		if partner >= 0 && (partner == i || file.Match[partner] != i) {
			t.Fatalf("token %d: partner %d", i, partner)
		}
		if up >= 0 && (up >= i || file.Match[up] <= i) {
			t.Fatalf("token %d: stands in %d", i, up)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"def f():\n\tx = f'{a}' # c\n", "@A(\"\"\"\n x\"\"\") /* c */ 'x'", "`${`}`}` /a[/]/ ", "r#\"x\"# 'a 'b' /* /* */ */", "\\\n", "'\\", "f'{", "\ufeff\x00\xff", "([)]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		for _, syntax := range syntaxes() {
			check(t, source, syntax)
		}
	})
}
