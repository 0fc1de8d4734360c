package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBusyTime(t *testing.T) {
	got, err := busyTime("42 (a (strange) name) S 1 42 42 0 -1 4194560 1234 0 5 0 123 45 0 0 20 0 9 0 100 1000 50")
	require.NoError(t, err)
	require.Equal(t, 1680*time.Millisecond, got)
	for _, broken := range []string{"", "42 (x) S 1", "42 (x) S 1 42 42 0 -1 4194560 1234 0 5 0 one 45", "42 (x) S 1 42 42 0 -1 4194560 1234 0 5 0 1 two"} {
		_, err := busyTime(broken)
		require.Error(t, err, broken)
	}
}
