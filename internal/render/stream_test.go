package render_test

import (
	"bytes"
	"fmt"
	"io"
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

func TestChangesShowVersions(t *testing.T) {
	terminal, out, _ := term.Test("")
	change := render.Change{Kind: "workflow", ID: "order", Version: 3, Action: render.Updated}
	require.NoError(t, render.Printer{Term: terminal}.Changes([]render.Change{change}))
	require.Equal(t, "workflow/order v3\tupdated\n", out.String())
}
