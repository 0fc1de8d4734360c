package dev

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

func TestWhatIsRetained(t *testing.T) {
	for text, want := range map[string]engine.Retention{
		"": {}, "24h": {Age: 24 * time.Hour}, "1s": {Age: time.Second}, "1h30m": {Age: 90 * time.Minute}, "1": {Count: 1}, "100000": {Count: 100000},
	} {
		got, err := (&startOptions{retain: text}).retention()
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"0", "-1", "-24h", "10ms", "1.5", "a day", "24", "7d", "h", "99999999999999999999"} {
		_, err := (&startOptions{retain: text}).retention()
		if text == "24" {
			require.NoError(t, err, "a number")
			continue
		}
		require.Equal(t, cli.ExitUsage, cli.ExitCode(err), text)
	}
}
