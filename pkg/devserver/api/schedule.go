package api

import (
	"maps"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/schedule"
)

// scheduleRoutes are the schedules of workflows. Orkes pauses and resumes with GET, open source with PUT; here Orkes' flavour takes both.
func (a *api) scheduleRoutes() {
	const one = "/api/scheduler/schedules/{key}"
	a.route("POST /api/scheduler/schedules", a.saveSchedule)
	a.route("GET /api/scheduler/schedules", a.listSchedules)
	a.route("GET /api/scheduler/schedules/search", a.searchSchedules)
	a.route("GET "+one, a.onSchedule("READ", func(_ *call, name string) (any, error) {
		found, err := a.Schedules.Get(name)
		return a.scheduleView(found), err
	}))
	a.route("DELETE "+one, a.deleteSchedule)
	pause := a.onSchedule("UPDATE", func(c *call, name string) (any, error) { return a.done(), a.pauseSchedule(c, name) })
	resume := a.onSchedule("UPDATE", func(c *call, name string) (any, error) { return a.done(), a.resumeSchedule(c, name) })
	a.route("PUT "+one+"/pause", pause)
	a.route("PUT "+one+"/resume", resume)
	a.route("PUT /api/scheduler/bulk/pause", a.bulkSchedules(a.pauseSchedule))
	a.route("PUT /api/scheduler/bulk/resume", a.bulkSchedules(a.resumeSchedule))
	a.route("GET /api/scheduler/nextFewSchedules", a.nextSchedules)
	a.route("GET /api/scheduler/search/executions", a.searchRuns)
	a.route("GET /api/scheduler/admin/requeue", a.controls(func(*call) (any, error) {
		return map[string]any{"recordIds.size": 0, "sampleIds": []string{}}, nil // a run is never left half done
	}))
	a.route("GET /api/scheduler/admin/pause", a.controls(a.holdSchedules(true)))
	a.route("GET /api/scheduler/admin/resume", a.controls(a.holdSchedules(false)))
	if a.Access == nil {
		return
	}
	a.route("GET "+one+"/pause", pause)
	a.route("GET "+one+"/resume", resume)
	a.route("GET /api/scheduler/schedules/tags", a.schedulesWithTag)
	a.tagsOf(one+"/tags", access.Schedule, a.scheduleExists, scheduleRight)
}

// scheduleAnswer is a schedule with what open source says even where it is nothing, and with its tags on Orkes.
type scheduleAnswer struct {
	conductor.WorkflowSchedule
	StartWorkflowRequest startAnswer              `json:"startWorkflowRequest"`
	CronSchedules        []conductor.CronSchedule `json:"cronSchedules"`
}

type startAnswer struct {
	conductor.StartWorkflowRequest
	TaskToDomain map[string]string `json:"taskToDomain"`
	Priority     int               `json:"priority"`
}

type runAnswer struct {
	conductor.ScheduledRun
	StartWorkflowRequest startAnswer `json:"startWorkflowRequest"`
}

func startView(request conductor.StartWorkflowRequest) startAnswer {
	domains := map[string]string{}
	maps.Copy(domains, request.TaskToDomain)
	return startAnswer{request, domains, request.Priority}
}

func (a *api) scheduleView(s conductor.WorkflowSchedule) scheduleAnswer {
	s.Tags = a.inlineTags(access.Schedule(s.Name))
	return scheduleAnswer{s, startView(s.StartWorkflowRequest), append([]conductor.CronSchedule{}, s.CronSchedules...)}
}

func (a *api) scheduleExists(name string) error {
	_, err := a.Schedules.Get(name)
	return err
}

// onSchedule lets through who has the right on a schedule that exists.
func (a *api) onSchedule(right string, do func(c *call, name string) (any, error)) handler {
	return checked("key", right, a.scheduleExists, scheduleRight, do)
}

func scheduleRight(c *call, right, name string) error { return c.caller.MayUseSchedule(right, name) }

func (a *api) mayUseSchedule(c *call, right, name string) error {
	if err := a.scheduleExists(name); err != nil {
		return err
	}
	return scheduleRight(c, right, name)
}

// saveSchedule needs the rights of a start, and on a schedule that is there UPDATE.
func (a *api) saveSchedule(c *call) (any, error) {
	var given conductor.WorkflowSchedule
	if err := c.body(&given, false); err != nil {
		return nil, err
	}
	existed := a.scheduleExists(given.Name) == nil
	if existed {
		if err := c.caller.MayUseSchedule("UPDATE", given.Name); err != nil {
			return nil, err
		}
	}
	if err := a.mayStart(c, given.StartWorkflowRequest); err != nil {
		return nil, err
	}
	kept, err := a.Schedules.Save(c.Context(), given, c.caller.ID())
	if err != nil {
		return nil, err
	}
	if err := c.written(access.Schedule(given.Name), existed, given.Tags, false); err != nil {
		return nil, err
	}
	return a.scheduleView(kept), nil
}

// readable keeps the schedules that the caller may read and that keep wants.
func (a *api) readableSchedules(c *call, workflow string, keep func(conductor.WorkflowSchedule) bool) []scheduleAnswer {
	list := []scheduleAnswer{}
	for _, s := range a.Schedules.List(workflow) {
		if c.caller.May("READ", access.Schedule(s.Name)) && keep(s) {
			list = append(list, a.scheduleView(s))
		}
	}
	return list
}

func (a *api) listSchedules(c *call) (any, error) {
	every := func(conductor.WorkflowSchedule) bool { return true }
	return a.readableSchedules(c, strings.TrimSpace(c.query().Get("workflowName")), every), nil
}

// searchSchedules finds by parts of a name; the free text counts for nothing, as on open source.
func (a *api) searchSchedules(c *call) (any, error) {
	start, size, err := c.page()
	if err != nil {
		return nil, err
	}
	part, paused := strings.ToLower(c.query().Get("scheduleName")), c.query().Get("paused")
	list := a.readableSchedules(c, c.query().Get("workflowName"), func(s conductor.WorkflowSchedule) bool {
		return strings.Contains(strings.ToLower(s.Name), part) && (paused == "" || paused == strconv.FormatBool(s.Paused))
	})
	return conductor.SearchResult[scheduleAnswer]{TotalHits: int64(len(list)), Results: engine.Page(list, start, size)}, nil
}

// schedulesWithTag answers what carries KEY:VALUE [inferred: nothing says how the tag is written].
func (a *api) schedulesWithTag(c *call) (any, error) {
	key, value, found := strings.Cut(c.query().Get("tag"), ":")
	if !found {
		return nil, fault.Invalid("Required request parameter 'tag' is not present, or no KEY:VALUE")
	}
	return a.readableSchedules(c, "", func(s conductor.WorkflowSchedule) bool {
		for _, tag := range a.Access.Tags(access.Schedule(s.Name)) {
			if tag.Key == key && tag.Value == value {
				return true
			}
		}
		return false
	}), nil
}

// deleteSchedule of one that is not there is 200 on open source, 404 on Orkes.
func (a *api) deleteSchedule(c *call) (any, error) {
	name := c.PathValue("key")
	err := a.mayUseSchedule(c, "DELETE", name)
	if err != nil {
		if a.Access == nil {
			err = nil
		}
		return nil, err
	}
	if err := a.Schedules.Delete(c.Context(), name); err != nil {
		return nil, err
	}
	return a.done(), a.forget(c, access.Schedule(name))
}

// done is the answer to what has none: an object on Orkes, nothing on open source.
func (a *api) done() any {
	if a.Access == nil {
		return nil
	}
	return map[string]any{}
}

func (a *api) pauseSchedule(c *call, name string) error {
	return a.Schedules.Pause(c.Context(), name, c.query().Get("reason"), c.caller.ID())
}

func (a *api) resumeSchedule(c *call, name string) error {
	return a.Schedules.Resume(c.Context(), name, c.caller.ID())
}

// bulkSchedules does the same to many schedules, and says for each how it went.
func (a *api) bulkSchedules(do func(c *call, name string) error) handler {
	return func(c *call) (any, error) {
		var names []string
		if err := c.body(&names, false); err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fault.Invalid("Schedule names list cannot be null.")
		}
		return eachOf(names, func(name string) error {
			if err := a.mayUseSchedule(c, "UPDATE", name); err != nil {
				return err
			}
			return do(c, name)
		}), nil
	}
}

// nextSchedules answers times in UTC; three where no limit is given on Orkes, five on open source, which are the most.
func (a *api) nextSchedules(c *call) (any, error) {
	expression, preset := c.query().Get("cronExpression"), 5
	if expression == "" {
		return nil, fault.Invalid("Required request parameter 'cronExpression' is not present")
	}
	if a.Access != nil {
		preset = 3
	}
	limit, err := c.number("limit", preset)
	if err != nil {
		return nil, err
	}
	start, err := c.number("scheduleStartTime", 0)
	if err != nil {
		return nil, err
	}
	end, err := c.number("scheduleEndTime", 0)
	if err != nil {
		return nil, err
	}
	return a.Schedules.Next(expression, int64(start), int64(end), limit)
}

func (a *api) searchRuns(c *call) (any, error) {
	start, size, err := c.page()
	if err != nil {
		return nil, err
	}
	found, err := a.Schedules.Search(schedule.Search{
		Query: c.query().Get("query"), Sort: c.list("sort"), Start: start, Size: size,
		Visible: func(name string) bool { return c.caller.May("READ", access.Schedule(name)) },
	})
	if err != nil {
		return nil, err
	}
	answers := conductor.SearchResult[runAnswer]{TotalHits: found.TotalHits, Results: make([]runAnswer, 0, len(found.Results))}
	for _, run := range found.Results {
		answers.Results = append(answers.Results, runAnswer{run, startView(run.StartWorkflowRequest)})
	}
	return answers, nil
}

func (a *api) holdSchedules(held bool) handler {
	return func(*call) (any, error) {
		a.Schedules.Hold(held)
		return map[string]string{"status": "done"}, nil
	}
}
