package engine

import (
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
)

// chance is what is left to chance in an engine.
type chance struct {
	id     func() string
	jitter func(n int) int64 // 0 to n milliseconds
}

func machineChance() chance {
	return chance{id: newID, jitter: func(n int) int64 {
		if n <= 0 {
			return 0
		}
		return rand.Int64N(int64(n) + 1) //nolint:gosec // spreads retries, protects nothing
	}}
}

// noChance makes the same ids each time, and no jitter: what runs twice does the same twice.
func noChance() chance {
	var count atomic.Uint64
	return chance{
		id: func() string {
			var raw [16]byte
			binary.BigEndian.PutUint64(raw[8:], count.Add(1))
			return idText(raw, 0x40)
		},
		jitter: func(int) int64 { return 0 },
	}
}
