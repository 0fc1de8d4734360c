package schedule_test

import (
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/schedule"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

func newRuns(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.save(daily("minutely", "0 * * * * *"))
	other := daily("other", "30 */2 * * * *")
	other.StartWorkflowRequest.Name = "Ship-Order"
	w.save(other)
	w.clock.Advance(4 * time.Minute) // 12:01 12:02 12:02:30 12:03 12:04 12:04:30
	w.refusal = fault.NotFound("gone")
	w.clock.Advance(time.Minute) // 12:05
	return w
}

// found are the scheduled times that a search finds, and how many there are in all.
func (w *world) found(s schedule.Search) (string, int64) {
	w.t.Helper()
	result, err := w.Search(s)
	require.NoError(w.t, err)
	var list []string
	for _, run := range result.Results {
		list = append(list, time.UnixMilli(run.ScheduledTime).UTC().Format("04:05"))
	}
	return strings.Join(list, " "), result.TotalHits
}

func TestSearch(t *testing.T) {
	w := newRuns(t)
	at := begin.Add(150 * time.Second).UnixMilli() // 12:03:00
	first := w.runs("minutely")[0].ExecutionID
	tests := map[string]string{
		"":                                         "05:00 04:30 04:00 03:00 02:30 02:00 01:00",
		"other":                                    "04:30 02:30",
		"scheduleName IN (other)":                  "04:30 02:30",
		"scheduleName IN ( other , minutely, )":    "05:00 04:30 04:00 03:00 02:30 02:00 01:00",
		"scheduleName='other'":                     "", // as on the real server: the name of a schedule
		"state IN (FAILED)":                        "05:00",
		"state IN (EXECUTED) AND other":            "04:30 02:30",
		"scheduledTime>" + number(at):              "05:00 04:30 04:00",
		"scheduledTime< " + number(at):             "02:30 02:00 01:00",
		"workflowName=ship":                        "04:30 02:30",
		"executionId=" + first:                     "05:00",
		"executionId=x":                            "",
		" AND minutely AND state IN (FAILED) AND ": "05:00",
	}
	for query, want := range tests {
		got, total := w.found(schedule.Search{Query: query, Size: 100})
		require.Equal(t, want, got, query)
		require.EqualValues(t, len(strings.Fields(want)), total, query)
	}
	for _, query := range []string{"scheduledTime>x", "scheduledTime<", "other AND scheduledTime>1.5"} {
		_, err := w.Search(schedule.Search{Query: query})
		require.Equal(t, fault.KindInvalid, fault.KindOf(err), query)
	}
}

func number(n int64) string { return string(must(store.Encode(n))) }

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}

func TestSearchSortsAndPages(t *testing.T) {
	w := newRuns(t)
	tests := []struct {
		sort        string
		start, size int
		want        string
	}{
		{"scheduledTime:ASC", 0, 3, "01:00 02:00 02:30"},
		{"scheduledTime:ASC", 5, 3, "04:30 05:00"},
		{"scheduledTime", 0, 2, "05:00 04:30"},
		{"executionTime:asc", 0, 2, "01:00 02:00"},
		{"scheduleName:DESC,scheduledTime:ASC", 0, 3, "02:30 04:30 01:00"},
		{"workflowName:ASC,scheduledTime:ASC", 0, 1, "02:30"},
		{"state:DESC,scheduledTime:ASC", 0, 1, "05:00"},
		{"planet:ASC", 0, 1, "01:00"},
		{"", 100, 10, ""},
		{"", -5, 1, "05:00"},
		{"", 0, -1, ""},
		{"", 5, math.MaxInt, "02:00 01:00"},
	}
	for _, tt := range tests {
		var fields []string
		if tt.sort != "" {
			fields = strings.Split(tt.sort, ",")
		}
		got, total := w.found(schedule.Search{Sort: fields, Start: tt.start, Size: tt.size})
		require.Equal(t, tt.want, got, "%+v", tt)
		require.EqualValues(t, 7, total)
	}
}

func TestSearchShowsOnlyWhatIsVisible(t *testing.T) {
	w := newRuns(t)
	got, total := w.found(schedule.Search{Size: 10, Visible: func(name string) bool { return name == "other" }})
	require.Equal(t, "04:30 02:30", got)
	require.EqualValues(t, 2, total)
}

func TestTheOldestRunsGo(t *testing.T) {
	w := newWorld(t)
	w.save(daily("d", "* * * * * *"))
	w.clock.Advance(1005 * time.Second)
	require.Len(t, w.runs("d"), 1000)
	_, total := w.found(schedule.Search{Query: "scheduledTime<" + number(begin.Add(6*time.Second).UnixMilli())})
	require.Zero(t, total)
	w.open()
	require.Len(t, w.runs("d"), 1000, "also in what is stored")
}

// Everything at once, on the machine's own clock: for the race detector, and no workflow is started twice for one time.
func TestManyAtOnce(t *testing.T) {
	var mu sync.Mutex
	started := map[string]int{}
	done := make(chan struct{})
	s, err := schedule.Open(t.Context(), schedule.Options{
		Store: store.NewMemory(), Clock: engine.SystemClock(), Start: func(_ engine.Reaction, request conductor.StartWorkflowRequest) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			key := request.Name + "@" + number(request.Input["_scheduledTime"].(int64))
			started[key]++
			if len(started) == 8 && started[key] == 1 {
				close(done)
			}
			return key, nil
		},
	})
	require.NoError(t, err)
	s.Wake()
	var group sync.WaitGroup
	stop := make(chan struct{})
	for _, name := range []string{"a", "b", "c", "d"} {
		own := daily(name, "* * * * * *")
		own.StartWorkflowRequest.Name = name
		_, err := s.Save(t.Context(), own, "")
		require.NoError(t, err)
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					s.Hold(true)
					s.Hold(false)
					_ = s.List("")
					_, _ = s.Search(schedule.Search{Size: 10})
				}
			}
		})
	}
	<-done
	close(stop)
	group.Wait()
	s.Close()
	for key, times := range started {
		require.Equal(t, 1, times, key)
	}
}
