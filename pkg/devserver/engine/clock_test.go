package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestManualClock(t *testing.T) {
	start := time.UnixMilli(1_000)
	clock := NewManualClock(start)
	var ran []string
	note := func(name string) func() {
		return func() { ran = append(ran, name+"@"+clock.Now().Sub(start).String()) }
	}
	clock.AfterFunc(3*time.Second, note("late"))
	clock.AfterFunc(time.Second, func() {
		note("first")()
		clock.AfterFunc(time.Second, note("from within"))
	})
	clock.AfterFunc(time.Second, note("second"))
	stopped := clock.AfterFunc(time.Second, note("never"))
	clock.AfterFunc(-time.Second, note("at once"))
	require.True(t, stopped.Stop())
	require.False(t, stopped.Stop())
	clock.Advance(0)
	clock.Advance(2500 * time.Millisecond)
	require.Equal(t, []string{"at once@0s", "first@1s", "second@1s", "from within@2s"}, ran)
	require.Equal(t, start.Add(2500*time.Millisecond), clock.Now())
	clock.Advance(time.Hour)
	require.Equal(t, "late@3s", ran[4])
}

func TestAlarmsRingInOrderAndCanBeMoved(t *testing.T) {
	clock := NewManualClock(time.UnixMilli(0))
	alarms := newTimers(clock)
	var rung []string
	bells := map[string]*alarm{}
	for _, name := range []string{"a", "b", "c", "d"} {
		bells[name] = &alarm{ring: func() { rung = append(rung, name) }}
	}
	alarms.set(bells["a"], 3000)
	alarms.set(bells["b"], 1000)
	alarms.set(bells["c"], 2000)
	alarms.set(bells["d"], 2500)
	alarms.set(bells["a"], 500)
	alarms.set(bells["b"], 4000)
	alarms.set(bells["d"], never)
	alarms.set(bells["d"], never)
	require.Len(t, clock.pending, 1, "one call at the clock")
	clock.Advance(3 * time.Second)
	require.Equal(t, []string{"a", "c"}, rung)
	alarms.set(bells["a"], 100)
	clock.Advance(0)
	require.Equal(t, []string{"a", "c", "a"}, rung, "a time in the past rings at once")
	alarms.close()
	clock.Advance(time.Hour)
	require.Len(t, rung, 3)
	alarms.set(bells["a"], 5_000_000)
	require.Empty(t, clock.pending)
}

func TestSystemClockRings(t *testing.T) {
	rung := make(chan struct{})
	alarms := newTimers(SystemClock())
	alarms.set(&alarm{ring: func() { close(rung) }}, time.Now().UnixMilli()+5)
	select {
	case <-rung:
	case <-deadline10(t).Done():
		require.FailNow(t, "no ring")
	}
}

func TestIDsAreVersion4(t *testing.T) {
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, newID())
	first, second := newID(), newID()
	require.NotEqual(t, first, second)
}
