package schedule

import (
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// mostTimes is the most times that one question about the future is answered with, as on the real server.
const mostTimes = 5

// Next returns the next times of a cron expression in UTC, within the bounds, in milliseconds; at most five. fault.Invalid where the
// expression is none.
func (s *Scheduler) Next(expression string, start, end int64, limit int) ([]int64, error) {
	e, err := newEntry(conductor.WorkflowSchedule{
		Name: "preview", CronExpression: expression, ScheduleStartTime: start, ScheduleEndTime: end,
		StartWorkflowRequest: conductor.StartWorkflowRequest{Name: "preview"},
	})
	if err != nil {
		return nil, err
	}
	times := []int64{}
	for at := s.Clock.Now(); len(times) < min(limit, mostTimes); {
		if at = e.after(e.slots[0], at, time.Time{}); at.IsZero() {
			break
		}
		times = append(times, at.UnixMilli())
	}
	return times, nil
}
