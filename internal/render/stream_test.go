package render_test

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
)

func TestStreamAlignsOnATerminal(t *testing.T) {
	var out bytes.Buffer
	p := render.Printer{Term: term.NewInteractive(bytes.NewReader(nil), &out, io.Discard)}
	rows := render.NewStream(p, "  ")
	rows.Reserve(5)
	require.NoError(t, rows.Row("a", render.State("SCHEDULED"), "john"))
	require.NoError(t, rows.Row("long-name", render.State("DONE"), ""))
	require.NoError(t, rows.Row("a", 1, "x"))
	require.Equal(t, "  a      SCHEDULED  john\n  long-name  DONE\n  a          1          x\n", out.String())
}

func TestStreamInAPipe(t *testing.T) {
	terminal, out, _ := term.Test("")
	rows := render.NewStream(render.Printer{Term: terminal}, "  ")
	require.NoError(t, rows.Row("a", "b c", ""))
	require.Equal(t, "a\tb c\t\n", out.String())
}

func TestLiveReplacesTheLastDrawing(t *testing.T) {
	draw := func(lines int) func(render.Printer) error {
		return func(p render.Printer) error {
			for i := range lines {
				if _, err := fmt.Fprintln(p.Term.Out, i); err != nil {
					return err
				}
			}
			return nil
		}
	}
	var out bytes.Buffer
	live := render.NewLive(render.Printer{Term: term.NewInteractive(bytes.NewReader(nil), &out, io.Discard)})
	require.NoError(t, live.Draw(draw(2)))
	require.NoError(t, live.Draw(draw(1)))
	require.NoError(t, live.Draw(draw(0)))
	require.Equal(t, "0\n1\n\x1b[2A\x1b[J0\n\x1b[1A\x1b[J", out.String())

	terminal, pipe, _ := term.Test("")
	live = render.NewLive(render.Printer{Term: terminal})
	require.NoError(t, live.Draw(draw(1)))
	require.NoError(t, live.Draw(draw(1)))
	require.Equal(t, "0\n0\n", pipe.String(), "no escape codes in a pipe")
	require.ErrorIs(t, live.Draw(func(render.Printer) error { return io.ErrClosedPipe }), io.ErrClosedPipe)
}

// A drawing that is higher than the terminal keeps its last lines; the last drawing is whole.
func TestLiveFitsTheTerminal(t *testing.T) {
	draw := func(lines ...string) func(render.Printer) error {
		return func(p render.Printer) error {
			_, err := io.WriteString(p.Term.Out, strings.Join(lines, "\n")+"\n")
			return err
		}
	}
	numbered := func(n int) []string {
		lines := make([]string, n)
		for i := range lines {
			lines[i] = strconv.Itoa(i + 1)
		}
		return lines
	}
	var out bytes.Buffer
	live := render.NewLive(render.Printer{Term: term.NewInteractive(bytes.NewReader(nil), &out, io.Discard)})
	require.NoError(t, live.Draw(draw(numbered(23)...)))
	require.Equal(t, strings.Join(numbered(23), "\n")+"\n", out.String(), "23 lines and the cursor's fit in 24 rows")

	out.Reset()
	require.NoError(t, live.Draw(draw(numbered(30)...)))
	require.Equal(t, "\x1b[23A\x1b[J… 8 lines above\n"+strings.Join(numbered(30)[8:], "\n")+"\n", out.String())

	out.Reset()
	long := strings.Repeat("x", 200) // takes three rows of 80 columns
	require.NoError(t, live.Draw(draw(append(numbered(20), long)...)))
	require.Equal(t, "\x1b[23A\x1b[J"+strings.Join(numbered(20), "\n")+"\n"+long+"\n", out.String())

	out.Reset()
	require.NoError(t, live.Draw(draw(append(numbered(21), long)...)))
	require.Equal(t, "\x1b[23A\x1b[J… 2 lines above\n"+strings.Join(numbered(21)[2:], "\n")+"\n"+long+"\n", out.String())

	out.Reset()
	require.NoError(t, live.Last(draw(numbered(30)...)))
	require.Equal(t, "\x1b[23A\x1b[J"+strings.Join(numbered(30), "\n")+"\n", out.String())
}

func TestChangesShowVersions(t *testing.T) {
	terminal, out, _ := term.Test("")
	change := render.Change{Kind: "workflow", ID: "order", Version: 3, Action: render.Updated}
	require.NoError(t, render.Printer{Term: terminal}.Changes([]render.Change{change}))
	require.Equal(t, "workflow/order v3\tupdated\n", out.String())
}
