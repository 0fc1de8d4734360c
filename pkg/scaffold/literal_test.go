package scaffold

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLiteral(t *testing.T) {
	for _, c := range []struct{ escape, text, want string }{
		{`\u{%04x}`, `say "x\y" 在庫`, `"say \"x\\y\" 在庫"`},
		{`\u{%04x}`, "a\tb\ufeff\u202e\u2028", `"a\u{0009}b\u{feff}\u{202e}\u{2028}"`},
		{`\u{%04x}`, "\xff", "\"\ufffd\""},
		{"", "a\tb\ufeff", `"a\tb\ufeff"`},
	} {
		got, err := (&Language{Escape: c.escape}).literal(c.text)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%q", c.text)
	}
}
