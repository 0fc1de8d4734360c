package schedule

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// maxReason bounds the reason of a failed run, as on the real server.
const maxReason = 999

// ring is a slot's timer.
func (s *Scheduler) ring(e *entry, at *slot, turn int) {
	s.mu.Lock()
	if at.turn != turn { // it was stopped, too late
		s.mu.Unlock()
		return
	}
	at.timer, at.turn = nil, turn+1
	now := s.Clock.Now()
	if at.next.After(now) { // the clock was set back, or the time is far away
		s.arm(e)
		s.mu.Unlock()
		return
	}
	at.busy = true
	s.firing.Add(1)
	defer s.firing.Done()
	schedule, scheduled := e.schedule, at.next
	s.mu.Unlock()

	key := fmt.Sprintf("schedule %s of %d at %d: %s %s", schedule.Name, schedule.CreateTime, scheduled.UnixMilli(), at.cron, at.zoneID)
	run := conductor.ScheduledRun{
		ExecutionID: engine.NamedID(key), ScheduleName: schedule.Name, ScheduledTime: scheduled.UnixMilli(), ExecutionTime: now.UnixMilli(),
		WorkflowName: schedule.StartWorkflowRequest.Name, StartWorkflowRequest: schedule.StartWorkflowRequest, ZoneID: at.zoneID,
	}
	denied := s.start(&run, schedule, at, key)

	s.mu.Lock()
	defer s.mu.Unlock()
	at.busy = false
	s.fired(at, run, denied)
}

// start starts the workflow and says in the run how it went. The key stands for this time of this slot: where the process died between
// the start and the writing of the run, the start is not made again. The error is that the schedule's maker may not start it any more.
func (s *Scheduler) start(run *conductor.ScheduledRun, schedule conductor.WorkflowSchedule, at *slot, key string) (denied error) {
	request := schedule.StartWorkflowRequest
	request.Input = maps.Clone(request.Input)
	maps.Copy(request.Input, map[string]any{
		"_startedByScheduler": schedule.Name, "_scheduledTime": run.ScheduledTime, "_executedTime": run.ExecutionTime,
		"_executionId": run.ExecutionID, "_schedulerCron": at.cron.String() + " " + at.zoneID,
	})
	id, err := s.Start(engine.Reaction{By: schedule.CreatedBy, Key: key}, request)
	run.WorkflowID, run.State = id, conductor.ScheduledRunExecuted
	if err != nil {
		reason := []rune(err.Error())
		run.State, run.Reason = conductor.ScheduledRunFailed, string(reason[:min(len(reason), maxReason)])
	}
	if fault.KindOf(err) == fault.KindForbidden {
		return err
	}
	return nil
}

// fired makes a run and the slot's next time durable, together. The caller holds the lock.
func (s *Scheduler) fired(at *slot, run conductor.ScheduledRun, denied error) {
	dropped := s.runs.add(run)
	records := []store.Record{{Kind: kindRun, Key: run.ExecutionID, Value: run}}
	if dropped != "" {
		records = append(records, store.Record{Kind: kindRun, Key: dropped})
	}
	now := s.entries[run.ScheduleName]
	if now != nil && slices.Contains(now.slots, at) { // it was not written anew meanwhile
		at.next = now.after(at, s.Clock.Now(), at.next)
		records = append(records, now.record())
	}
	if err := s.Store.Commit(context.Background(), records); err != nil {
		s.Logger.Error("a schedule's run was not stored", "schedule", run.ScheduleName, "error", err)
	}
	if now == nil {
		return
	}
	if denied != nil && !now.schedule.Paused {
		reason := fmt.Sprintf("Paused by the server: %v", denied)
		if err := s.pause(context.Background(), now, reason, now.schedule.UpdatedBy); err != nil {
			s.Logger.Error("a schedule was not paused", "schedule", run.ScheduleName, "error", err)
		}
		return
	}
	s.arm(now)
}
