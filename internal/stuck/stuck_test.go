package stuck_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/internal/stuck"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func before(d time.Duration) int64 { return now.Add(-d).UnixMilli() }

// lying is a task that waits in a queue since four minutes.
func lying(change ...func(*stuck.View)) stuck.View {
	view := stuck.View{
		Now:        now,
		Execution:  conductor.Workflow{WorkflowID: "e-1", WorkflowName: "order", Status: "RUNNING", TaskToDomain: map[string]string{"stock": "jhon"}},
		Task:       conductor.Task{TaskID: "t-1", TaskType: "stock", TaskDefName: "stock", ReferenceTaskName: "look", Status: "SCHEDULED", ScheduledTime: before(4 * time.Minute), Domain: "jhon"},
		Definition: &conductor.TaskDef{Name: "stock"}, PollsSeen: true,
	}
	for _, f := range change {
		f(&view)
	}
	return view
}

func polled(domain, worker string, ago time.Duration) func(*stuck.View) {
	return func(v *stuck.View) {
		v.Polls = append(v.Polls, conductor.PollData{QueueName: "stock", Domain: domain, WorkerID: worker, LastPollTime: before(ago)})
	}
}

func defined(def conductor.TaskDef) func(*stuck.View) {
	return func(v *stuck.View) { v.Definition = &def }
}

func granted(may bool) func(*stuck.View) {
	return func(v *stuck.View) {
		v.Rights = stuck.Rights{Application: "shop", Known: true, May: may, Because: "it lacks EXECUTE", Held: "john", Fix: []string{"orkesctl app grant --task stock --domain jhon"}}
	}
}

func task(change func(*conductor.Task)) func(*stuck.View) {
	return func(v *stuck.View) { change(&v.Task) }
}

func ids(verdict stuck.Verdict) []string {
	all := []string{}
	for _, cause := range verdict.Causes {
		all = append(all, cause.ID)
	}
	return all
}

func TestExplainFindsTheWeightiestCauseFirst(t *testing.T) {
	limit := conductor.TaskDef{Name: "stock", ConcurrentExecLimit: 2}
	held := func(v *stuck.View) {
		v.Held = []conductor.Task{{WorkflowInstanceID: "e-2", WorkerID: "w", StartTime: before(time.Minute)}, {WorkflowInstanceID: "e-3"}}
	}
	for name, tc := range map[string]struct {
		view     stuck.View
		want     []string
		says     string
		types    string // the first command
		harmless bool
	}{
		"nobody ever polled": {
			view: lying(), want: []string{stuck.NobodyPolls}, says: "Nobody has polled stock in domain jhon.", types: "orkesctl worker run",
		},
		"polled in another domain": {
			view: lying(polled("john", "laptop", 2*time.Second)), want: []string{stuck.OtherDomain},
			says: "Nobody polls it in domain jhon.", types: "orkesctl workflow start order --domain stock=john",
		},
		"polled without a domain": {
			view: lying(polled("", "laptop", 2*time.Second)), want: []string{stuck.OtherDomain}, types: "orkesctl workflow start order",
		},
		"a near miss": {
			view: lying(func(v *stuck.View) {
				v.Near = []conductor.PollData{{QueueName: "stok", WorkerID: "w", LastPollTime: before(time.Hour)}, {QueueName: "Stock", WorkerID: "w", LastPollTime: before(time.Second)}}
			}),
			want: []string{stuck.NearMiss}, says: "A worker polls Stock, and the task is called stock.", types: "orkesctl workflow get order -o yaml",
		},
		"refused": {
			view: lying(granted(false)), want: []string{stuck.NotPermitted},
			says: "application shop may not execute stock in domain jhon (it lacks EXECUTE)", types: "orkesctl app grant --task stock --domain jhon",
		},
		"declared for another domain": {
			view: lying(granted(false), func(v *stuck.View) { v.Declared = []stuck.Declared{{Domain: "john", Place: "x.py:1"}} }), want: []string{stuck.OtherDomain},
			says: "Nobody polls it in domain jhon.", types: "orkesctl workflow start order --domain stock=john",
		},
		"declared here, and refused": {
			view: lying(granted(false), func(v *stuck.View) { v.Declared = []stuck.Declared{{Domain: "jhon", Place: "x.py:1"}} }), want: []string{stuck.NotPermitted},
		},
		"allowed, and nobody polls": {view: lying(granted(true)), want: []string{stuck.NobodyPolls}},
		"its worker is gone": {
			view: lying(polled("jhon", "laptop", 3*time.Minute)), want: []string{stuck.StalePoller},
			says: "laptop polled in domain jhon last 3m0s ago", types: "orkesctl worker run",
		},
		"the limit is reached": {
			view: lying(polled("jhon", "w", time.Second), defined(limit), held), want: []string{stuck.ConcurrencyLimit},
			says: "2 at a time (concurrentExecLimit)", types: "orkesctl task define --name stock --concurrency 4",
		},
		"the limit is not reached": {view: lying(polled("jhon", "w", time.Second), defined(limit)), want: []string{stuck.Backlog}, harmless: true},
		"a rate": {
			view: lying(polled("jhon", "w", time.Second), defined(conductor.TaskDef{RateLimitPerFrequency: 3, RateLimitFrequencyInSeconds: 60})),
			want: []string{stuck.RateLimit}, says: "at most 3 times in 1m0s",
		},
		"polled and busy":  {view: lying(polled("jhon", "w", time.Second)), want: []string{stuck.Backlog}, harmless: true},
		"the polls unseen": {view: lying(func(v *stuck.View) { v.PollsSeen = false }), want: []string{}, harmless: true},
		"undefined, and it will time out": {
			view: lying(func(v *stuck.View) { v.Definition, v.Undefined = nil, true }), want: []string{stuck.NobodyPolls, stuck.NoDefinition},
		},
		"it will time out": {
			view: lying(defined(conductor.TaskDef{PollTimeoutSeconds: 600})), want: []string{stuck.NobodyPolls, stuck.PollTimeout},
		},
		"paused": {
			view: lying(func(v *stuck.View) { v.Execution.Status = "PAUSED" }), want: []string{stuck.WorkflowPaused, stuck.NobodyPolls},
			types: "orkesctl execution resume e-1",
		},
		"a start delay": {
			view: lying(task(func(t *conductor.Task) { t.StartDelayInSeconds, t.CallbackAfterSeconds = 300, 300 })),
			want: []string{stuck.StartDelay}, says: "1m0s are left", harmless: true,
		},
		"a start delay that is over": {view: lying(task(func(t *conductor.Task) { t.StartDelayInSeconds = 200 })), want: []string{stuck.NobodyPolls}},
		"a retry": {
			view: lying(task(func(t *conductor.Task) { t.RetryCount, t.CallbackAfterSeconds = 2, 241 })),
			want: []string{stuck.RetryDelay}, says: "Attempt 3 waits for the retry delay: 1s are left.", harmless: true,
		},
		"a callback": {
			view: lying(task(func(t *conductor.Task) {
				t.PollCount, t.UpdateTime, t.CallbackAfterSeconds = 1, before(time.Second), 30
			})),
			want: []string{stuck.Callback}, says: "29s are left", harmless: true,
		},
		"a callback in progress": {
			view: lying(task(func(t *conductor.Task) {
				t.Status, t.PollCount, t.UpdateTime, t.CallbackAfterSeconds = "IN_PROGRESS", 1, before(time.Second), 30
			})),
			want: []string{stuck.Callback}, harmless: true,
		},
		"in hand": {
			view: lying(polled("jhon", "w", time.Second), task(func(t *conductor.Task) { t.Status, t.WorkerID, t.StartTime = "IN_PROGRESS", "w", before(time.Minute) })),
			want: []string{stuck.WorkerHolds}, says: "Worker w has it in hand.", harmless: true,
		},
		"in the hands of one who is gone": {
			view: lying(polled("jhon", "w", 2*time.Minute), task(func(t *conductor.Task) { t.Status, t.WorkerID, t.StartTime = "IN_PROGRESS", "w", before(2*time.Minute) })),
			want: []string{stuck.WorkerGone}, says: "has not polled since 2m0s ago", types: "orkesctl worker run",
		},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := stuck.Explain(tc.view)
			require.Equal(t, tc.want, ids(verdict))
			require.Equal(t, tc.harmless, verdict.Harmless())
			if len(verdict.Causes) == 0 {
				return
			}
			require.Contains(t, verdict.Causes[0].Claim, tc.says)
			if tc.types != "" {
				require.Equal(t, tc.types, verdict.Causes[0].Fix[0])
			}
		})
	}
}

func TestTheOddOneOutIsMarked(t *testing.T) {
	declared := func(v *stuck.View) { v.Declared = []stuck.Declared{{Domain: "john", Place: "src/look.py:12"}} }
	cause := stuck.Explain(lying(polled("john", "laptop", 2*time.Second), declared, granted(true))).Causes[0]
	require.Equal(t, []stuck.Fact{
		{Label: "scheduled in domain", Value: "jhon", Source: "from taskToDomain of this execution", Odd: true},
		{Label: "polled in domain", Value: "john", Source: "laptop, 2s ago"},
		{Label: "declared in code", Value: "john", Source: "src/look.py:12"},
		{Label: "granted", Value: "john", Source: "application shop"},
	}, cause.Facts)
	require.Equal(t, "The odd one out: scheduled in domain jhon.", cause.Remark)

	cause = stuck.Explain(lying(polled("john", "laptop", 2*time.Second), polled("mary", "laptop", time.Second), declared)).Causes[0]
	require.Empty(t, cause.Remark, "they do not agree among themselves")
}

// open is a task of a type that the server runs.
func open(taskType string, input map[string]any) stuck.View {
	return stuck.View{
		Now: now, Execution: conductor.Workflow{WorkflowID: "e-1", Status: "RUNNING"},
		Task: conductor.Task{TaskType: taskType, ReferenceTaskName: "r", Status: "IN_PROGRESS", StartTime: before(time.Minute), InputData: input},
	}
}

func TestWhatTheServerRunsWaitsFor(t *testing.T) {
	for name, tc := range map[string]struct {
		view stuck.View
		want string
		says string
		fact string
	}{
		"a time":       {open("WAIT", map[string]any{"duration": "5 minutes"}), stuck.WaitsForTime, "a time that has not come", "duration 5 minutes"},
		"until":        {open("WAIT", map[string]any{"until": "2026-03-01 13:00"}), stuck.WaitsForTime, "", "until 2026-03-01 13:00"},
		"somebody":     {open("WAIT", nil), stuck.WaitsForSignal, "somebody has to complete it", ""},
		"a person":     {open("HUMAN", map[string]any{"assignee": "jane"}), stuck.WaitsForPerson, "a person has to complete it", "assignee \"jane\""},
		"a signal":     {open("YIELD", nil), stuck.WaitsForSignal, "a signal", ""},
		"an event":     {open("WAIT_FOR_WEBHOOK", map[string]any{"matches": map[string]any{"a": 1}}), stuck.WaitsForEvent, "", `matches {"a":1}`},
		"the server":   {open("HTTP", nil), stuck.ServerRuns, "no worker is needed", ""},
		"a loop":       {open("DO_WHILE", nil), stuck.WaitsForTasks, "iteration 1 runs", ""},
		"no child yet": {open("SUB_WORKFLOW", nil), stuck.ServerRuns, "has not been started", ""},
		"a long text":  {open("WAIT_FOR_WEBHOOK", map[string]any{"matches": strings.Repeat("ä", 300)}), stuck.WaitsForEvent, "", "…"},
		"its sub-flow": {func() stuck.View { v := open("SUB_WORKFLOW", nil); v.Task.SubWorkflowID = "e-2"; return v }(), stuck.WaitsForTasks, "e-2", ""},
		"the time's end": {func() stuck.View {
			v := open("WAIT", map[string]any{"duration": "90s"})
			v.Task.CallbackAfterSeconds = 90
			return v
		}(), stuck.WaitsForTime, "", "over 2026-03-01T12:00:30Z"},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := stuck.Explain(tc.view)
			require.Equal(t, []string{tc.want}, ids(verdict))
			require.Contains(t, verdict.Causes[0].Claim, tc.says)
			var facts []string
			for _, fact := range verdict.Causes[0].Facts {
				facts = append(facts, fact.Label+" "+fact.Value)
			}
			require.Contains(t, strings.Join(facts, "\n"), tc.fact)
		})
	}
}

// No worker is missed for what the server does, on open source or on Orkes; each of its types has causes of its own.
func TestNoWorkerIsAskedForWhatTheServerDoes(t *testing.T) {
	for _, name := range append(definition.SystemTypes(), "FORK") {
		require.True(t, stuck.IsSystem(name), name)
		for _, cause := range stuck.Explain(open(name, nil)).Causes {
			require.NotContains(t, []string{stuck.NobodyPolls, stuck.NoDefinition, stuck.WorkerHolds}, cause.ID, name)
		}
	}
	for _, name := range []string{"", "SIMPLE", "USER_DEFINED", "http", "get-inventory"} {
		require.False(t, stuck.IsSystem(name), name)
	}
}

func TestAJoinNamesWhatItWaitsFor(t *testing.T) {
	view := open("JOIN", map[string]any{"joinOn": []any{"a", "b", "c", "d"}})
	view.Execution.Tasks = []conductor.Task{
		{ReferenceTaskName: "a", Status: "COMPLETED"},
		{ReferenceTaskName: "b", Status: "FAILED", Retried: true},
		{ReferenceTaskName: "b", Status: "SCHEDULED"},
		{ReferenceTaskName: "c", Status: "IN_PROGRESS"},
	}
	cause := stuck.Explain(view).Causes[0]
	require.Equal(t, "It joins branches, 3 of which have not ended.", cause.Claim)
	require.Equal(t, []stuck.Fact{
		{Label: "waits for", Value: "b", Source: "SCHEDULED"}, {Label: "waits for", Value: "c", Source: "IN_PROGRESS"}, {Label: "waits for", Value: "d", Source: "not scheduled yet"},
	}, cause.Facts)
	view.Task.InputData, view.Task.WorkflowTask = nil, &conductor.WorkflowTask{JoinOn: []string{"c"}}
	require.Len(t, stuck.Explain(view).Causes[0].Facts, 1, "as the definition says")
}

func TestEndedTellsTheFirstCauseNotTheLastSymptom(t *testing.T) {
	execution := conductor.Workflow{WorkflowID: "e-1", WorkflowName: "order", Status: "FAILED", Tasks: []conductor.Task{
		{TaskID: "1", ReferenceTaskName: "pay", TaskDefName: "pay", Status: "FAILED", EndTime: 10, Retried: true, ReasonForIncompletion: "timeout"},
		{TaskID: "2", ReferenceTaskName: "pay", TaskDefName: "pay", Status: "COMPLETED", EndTime: 20, RetriedTaskID: "1"},
		{TaskID: "3", ReferenceTaskName: "tell", TaskDefName: "tell", Status: "FAILED", EndTime: 25, WorkflowTask: &conductor.WorkflowTask{Optional: true}},
		{TaskID: "4", ReferenceTaskName: "ship", TaskDefName: "ship-order", Status: "FAILED", EndTime: 30, StartTime: 25, Retried: true, ReasonForIncompletion: "no truck", WorkerID: "w"},
		{TaskID: "5", ReferenceTaskName: "ship", TaskDefName: "ship-order", Status: "FAILED", EndTime: 40, StartTime: 38, RetryCount: 1, RetriedTaskID: "4", ReasonForIncompletion: "no driver", WorkerID: "w"},
		{TaskID: "6", ReferenceTaskName: "bill", Status: "CANCELED", EndTime: 39},
		{TaskID: "7", ReferenceTaskName: "last", Status: "FAILED", EndTime: 50},
	}}
	require.Equal(t, "5", stuck.FirstFailure(execution).TaskID)
	var logs []conductor.TaskExecLog
	for i := range 12 {
		logs = append(logs, conductor.TaskExecLog{Log: fmt.Sprintf("line %d", i)})
	}
	verdict := stuck.Ended(execution, logs)
	require.Equal(t, "ship", verdict.Reference)
	require.Equal(t, "ship ended FAILED: no driver", verdict.Causes[0].Claim)
	facts := verdict.Causes[0].Facts
	require.Equal(t, stuck.Fact{Label: "attempt 1", Value: "FAILED: no truck", Source: "worker w, 5 ms"}, facts[0])
	require.Equal(t, stuck.Fact{Label: "attempt 2", Value: "FAILED: no driver", Source: "worker w, 2 ms"}, facts[1])
	require.Len(t, facts, 12, "the last ten lines")
	require.Equal(t, "line 2", facts[2].Value)
	require.False(t, verdict.Harmless())

	execution.Tasks[4].SubWorkflowID = "e-9"
	require.Equal(t, []string{"orkesctl doctor why e-9"}, stuck.Ended(execution, nil).Causes[0].Fix)
}

func TestEndedWithoutAFailure(t *testing.T) {
	verdict := stuck.Ended(conductor.Workflow{WorkflowID: "e-1", Status: "TERMINATED", ReasonForIncompletion: "wrong order"}, nil)
	require.Equal(t, "It ended TERMINATED: wrong order", verdict.Causes[0].Claim)

	verdict = stuck.Ended(conductor.Workflow{WorkflowID: "e-1", Status: "COMPLETED", StartTime: 1000, EndTime: 4000, Tasks: []conductor.Task{
		{ReferenceTaskName: "fork", TaskType: "FORK", ScheduledTime: 1000, EndTime: 4000},
		{ReferenceTaskName: "fast", ScheduledTime: 1000, StartTime: 1001, EndTime: 1002},
		{ReferenceTaskName: "slow", ScheduledTime: 1000, StartTime: 3000, EndTime: 4000},
	}}, nil)
	require.True(t, verdict.Harmless())
	require.Equal(t, "It completed in 3s; the longest of its tasks:", verdict.Causes[0].Claim)
	require.Equal(t, []stuck.Fact{
		{Label: "slow", Value: "3s", Source: "waited 2s, worked 1s"}, {Label: "fast", Value: "2 ms", Source: "waited 1 ms, worked 1 ms"},
	}, verdict.Causes[0].Facts)
}

func TestAlike(t *testing.T) {
	for _, pair := range [][2]string{{"get-inventory", "get_inventory"}, {"GetInventory", "get-inventory"}, {"get-invntory", "get-inventory"}} {
		require.True(t, stuck.Alike(pair[0], pair[1]), pair)
	}
	for _, pair := range [][2]string{{"pay", "bay"}, {"get-inventory", "ship-order"}} {
		require.False(t, stuck.Alike(pair[0], pair[1]), pair)
	}
}

func TestRightsOf(t *testing.T) {
	execute := func(kind, id string) conductor.GrantedAccess {
		return conductor.GrantedAccess{Target: conductor.Target{Type: kind, ID: id}, Access: []string{"EXECUTE"}}
	}
	stock := permit.Task{Name: "stock", Domain: "john"}
	worker := []string{"WORKER"}
	for name, tc := range map[string]struct {
		holder permit.Holder
		want   stuck.Rights
	}{
		"it may": {
			permit.Holder{Roles: worker, RolesKnown: true, GrantsKnown: true, Grants: []conductor.GrantedAccess{execute("TASK_DEF", "stock"), execute("DOMAIN", "eu")}},
			stuck.Rights{Application: "shop", Known: true, May: true, Held: "eu, every domain"},
		},
		"another domain": {
			permit.Holder{Roles: worker, RolesKnown: true, GrantsKnown: true, Grants: []conductor.GrantedAccess{execute("TASK_DEF", "mary:stock"), execute("TASK_DEF", "ship")}},
			stuck.Rights{Application: "shop", Known: true, Because: "it lacks EXECUTE on task stock in domain john", Held: "mary", Fix: []string{"orkesctl app grant --task stock --domain john --app shop"}},
		},
		"nothing": {
			permit.Holder{RolesKnown: true, GrantsKnown: true},
			stuck.Rights{
				Application: "shop", Known: true, Because: "it lacks the Worker role and EXECUTE on task stock in domain john", Held: "–",
				Fix: []string{"orkesctl app role add worker --app shop", "orkesctl app grant --task stock --domain john --app shop"},
			},
		},
		"not told": {permit.Holder{}, stuck.Rights{Application: "shop", Held: "–"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, stuck.RightsOf("shop", tc.holder, stock, grant.Reader{}))
		})
	}
}
