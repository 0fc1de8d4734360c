package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// ossTarget is a load's way to an embedded server without access control.
func ossTarget(t *testing.T) (*target, *devserver.Server) {
	t.Helper()
	server, err := devserver.New(devserver.Options{Flavor: devserver.FlavorOSS})
	require.NoError(t, err)
	_, err = server.Start(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(t.Context()) })
	target, err := newTarget(t.Context(), server.URL(), "", "")
	require.NoError(t, err)
	return target, server
}

// Each shape runs to its end in both sizes, with as many tasks as it says.
func TestShapesComplete(t *testing.T) {
	target, _ := ossTarget(t)
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) {
			s.small, s.large = 3, 9
			var results table
			busy := time.Duration(0)
			require.NoError(t, target.measureShape(t.Context(), s, 9, func() (time.Duration, error) { busy += 9 * time.Millisecond; return busy, nil }, &results))
			require.Len(t, results.rows, 2)
			for _, r := range results.rows {
				require.Contains(t, r.what, s.name+" of 9, ")
				if r.aim != "" {
					require.Equal(t, []string{"1000.0 µs", "of 3 1000.0 µs", "1.00x"}, []string{r.measured, r.beside, r.ratio})
					require.True(t, r.met)
				}
			}
		})
	}
}

func TestWhatDoesNotCompleteIsSaid(t *testing.T) {
	target, _ := ossTarget(t)
	require.ErrorContains(t, target.ended(t.Context(), "no-such-id"), "404")
	id, err := target.begin(t.Context(), workflowName)
	require.NoError(t, err)
	_, err = target.send(t.Context(), "DELETE", "/workflow/"+id, nil)
	require.NoError(t, err)
	require.ErrorContains(t, target.ended(t.Context(), id), "TERMINATED")
}

// What a load leaves behind is done before hand-overs are measured.
func TestDrain(t *testing.T) {
	target, _ := ossTarget(t)
	for range 5 {
		require.NoError(t, target.start(t.Context()))
	}
	require.NoError(t, target.drain(t.Context()))
	tasks, err := target.pollFor(t.Context(), taskName, 1, 0)
	require.NoError(t, err)
	require.Empty(t, tasks)
}

func TestParts(t *testing.T) {
	require.Equal(t, "1/40", part(time.Millisecond, 40*time.Millisecond))
	require.Equal(t, "2500/s", perSecond(2500.4))
	require.Equal(t, "1.5 µs", micros(1500*time.Nanosecond))
}
