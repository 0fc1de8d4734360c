package scaffold

import (
	"os/exec"
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

// What is written is read back by a shell, where there is one.
func TestShell(t *testing.T) {
	require.Equal(t, "get-inventory", shell("get-inventory"))
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh")
	}
	for _, word := range []string{"", "a b", "it's", `"q"`, "$HOME", "`x`", `l=["text"]`, "a=42", "在庫", "!x", "*", "~", "-", "#"} {
		output, err := exec.CommandContext(t.Context(), sh, "-c", "printf %s "+shell(word)).Output()
		require.NoError(t, err, word)
		require.Equal(t, word, string(output))
	}
}
