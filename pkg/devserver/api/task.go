package api

import (
	"strconv"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// maxPollWait bounds how long a poll may be held, as on the real server: 5 s.
const maxPollWait = 5000

func (a *api) taskRoutes() {
	a.route("GET /api/tasks/poll/{type}", a.poll)
	a.route("GET /api/tasks/poll/batch/{type}", a.pollBatch)
	a.route("POST /api/tasks", a.updateTask)
	a.route("POST /api/tasks/update-v2", a.updateTaskV2)
	a.route("POST /api/tasks/{workflowId}/{ref}/{status}", a.updateByRef)
	a.route("POST /api/tasks/{workflowId}/{ref}/{status}/sync", a.updateByRefSync)
	a.route("GET /api/tasks/{id}", a.getTask)
	a.route("POST /api/tasks/{id}/log", a.addLog)
	a.route("GET /api/tasks/{id}/log", a.getLogs)
	a.route("GET /api/tasks/queue/sizes", a.queueSizes)
	a.route("GET /api/tasks/queue/size", a.queueSize)
	a.route("GET /api/tasks/queue/all", a.queuesAll)
	a.route("GET /api/tasks/queue/all/verbose", a.queuesVerbose)
	a.route("POST /api/tasks/queue/requeue/{taskType}", a.requeue)
	a.route("GET /api/tasks/queue/polldata", a.pollData)
	a.route("GET /api/tasks/queue/polldata/all", a.pollDataAll)
	a.route("GET /api/tasks/search", a.searchTasks)
	a.route("GET /api/tasks/search-v2", a.searchTasksV2)
	a.route("GET /api/admin/task/{tasktype}", a.controls(a.pendingTasks))
	a.route("POST /api/admin/sweep/requeue/{workflowId}", a.sweep)
}

// pollRequest reads and authorises a poll. A blank domain is none.
func (c *call) pollRequest() (engine.PollRequest, error) {
	q := c.query()
	request := engine.PollRequest{TaskType: c.PathValue("type"), Domain: q.Get("domain"), WorkerID: q.Get("workerid"), Count: 1}
	return request, c.caller.MayPoll(request.TaskType, request.Domain)
}

func (a *api) poll(c *call) (any, error) {
	request, err := c.pollRequest()
	if err != nil {
		return nil, err
	}
	tasks, err := a.Engine.Poll(c.Context(), request)
	if err != nil {
		return nil, err
	}
	if len(tasks) == 0 {
		return noContent{}, nil
	}
	return tasks[0], nil
}

// pollBatch always answers a JSON array: pollers of some SDKs break on anything else (workers sheet §2.2).
func (a *api) pollBatch(c *call) (any, error) {
	request, err := c.pollRequest()
	if err != nil {
		return nil, err
	}
	if request.Count, err = c.number("count", 1); err != nil {
		return nil, err
	}
	if request.Count == 0 {
		return []conductor.Task{}, nil
	}
	wait, err := c.number("timeout", 100)
	switch {
	case err != nil:
		return nil, err
	case wait > maxPollWait:
		return nil, fault.Invalid("Long Poll Timeout value cannot be more than 5 seconds")
	}
	request.Timeout = time.Duration(max(0, wait)) * time.Millisecond
	request.Allowed = func() error { return c.caller.MayPoll(request.TaskType, request.Domain) }
	tasks, err := a.Engine.Poll(c.Context(), request)
	if err != nil {
		return nil, err
	}
	if tasks == nil {
		tasks = []conductor.Task{}
	}
	return tasks, nil
}

// result reads a worker's result and checks that its sender may update the task: as who may poll it.
func (a *api) result(c *call) (conductor.TaskResult, error) {
	var result conductor.TaskResult
	if err := c.body(&result, false); err != nil {
		return result, err
	}
	var violations []fault.Violation
	if result.WorkflowInstanceID == "" {
		violations = append(violations, fault.Violation{Path: "updateTask.arg0.workflowInstanceId", Message: "Workflow Id cannot be null or empty"})
	}
	if result.TaskID == "" {
		violations = append(violations, fault.Violation{Path: "updateTask.arg0.taskId", Message: "Task ID cannot be null or empty"})
	}
	if len(violations) > 0 {
		return result, fault.Violated(violations)
	}
	if a.Access != nil { // else the engine itself says what is unknown
		if _, err := a.ownTask(c, result.TaskID); err != nil {
			return result, err
		}
	}
	return result, a.fetch(c, &result.ExternalOutputPayloadPath, &result.OutputData)
}

// ownTask returns a task that the caller may work on.
func (a *api) ownTask(c *call, id string) (conductor.Task, error) {
	task, err := a.Engine.Task(id)
	if err != nil {
		return task, err
	}
	return task, c.caller.MayPoll(task.TaskDefName, task.Domain)
}

func (a *api) updateTask(c *call) (any, error) {
	result, err := a.result(c)
	if err != nil {
		return nil, err
	}
	if _, err := a.Engine.Update(c.Context(), result); err != nil {
		return nil, err
	}
	return text(result.TaskID), nil
}

// updateTaskV2 answers the next task of the same queue, when the update ended its task.
func (a *api) updateTaskV2(c *call) (any, error) {
	result, err := a.result(c)
	if err != nil {
		return nil, err
	}
	task, err := a.Engine.Update(c.Context(), result)
	if err != nil {
		return nil, err
	}
	if !conductor.TaskTerminal(task.Status) || result.ExtendLease {
		return noContent{}, nil
	}
	next, err := a.Engine.Poll(c.Context(), engine.PollRequest{
		TaskType: task.TaskType, Domain: task.Domain, WorkerID: result.WorkerID, Count: 1,
	})
	if err != nil || len(next) == 0 {
		return noContent{}, err
	}
	return next[0], nil
}

func (a *api) byRef(c *call) (conductor.Task, error) {
	output := map[string]any{}
	if err := c.body(&output, true); err != nil {
		return conductor.Task{}, err
	}
	workflowID := c.PathValue("workflowId")
	if a.Access != nil {
		w, err := a.Engine.Workflow(workflowID, false)
		if err != nil {
			return conductor.Task{}, err
		}
		if err := c.caller.MaySteerExecution(w); err != nil {
			return conductor.Task{}, err
		}
	}
	return a.Engine.UpdateByRef(c.Context(), workflowID, c.PathValue("ref"), c.PathValue("status"), c.query().Get("workerid"), output)
}

// updateByRef differs by flavour where nothing is pending: 404 on Orkes, an empty 200 on open source (docs/parity.md).
func (a *api) updateByRef(c *call) (any, error) {
	task, err := a.byRef(c)
	if err != nil {
		if a.Access == nil && fault.KindOf(err) == fault.KindNotFound {
			return nil, nil
		}
		return nil, err
	}
	return text(task.TaskID), nil
}

func (a *api) updateByRefSync(c *call) (any, error) {
	if _, err := a.byRef(c); err != nil {
		return nil, err
	}
	return a.Engine.Workflow(c.PathValue("workflowId"), true)
}

// seeTask returns a task that the caller may see: as its worker, or as a reader of its execution.
func (a *api) seeTask(c *call, id string) (conductor.Task, error) {
	task, err := a.ownTask(c, id)
	if err == nil || fault.KindOf(err) != fault.KindForbidden {
		return task, err
	}
	if _, readErr := a.execution(c, task.WorkflowInstanceID, false); readErr == nil {
		return task, nil
	}
	return task, err
}

func (a *api) getTask(c *call) (any, error) { return a.seeTask(c, c.PathValue("id")) }

func (a *api) addLog(c *call) (any, error) {
	if _, err := a.ownTask(c, c.PathValue("id")); err != nil {
		return nil, err
	}
	line, err := c.raw()
	if err != nil {
		return nil, err
	}
	return nil, a.Engine.AddLog(c.Context(), c.PathValue("id"), string(line))
}

// getLogs differs by flavour where there is no such task: 404 on Orkes, nothing on open source.
func (a *api) getLogs(c *call) (any, error) {
	_, err := a.seeTask(c, c.PathValue("id"))
	if a.Access == nil && fault.KindOf(err) == fault.KindNotFound {
		return noContent{}, nil
	}
	if err != nil {
		return nil, err
	}
	logs, err := a.Engine.Logs(c.PathValue("id"))
	if err != nil || len(logs) == 0 {
		return noContent{}, err
	}
	return logs, nil
}

func (a *api) queueSizes(c *call) (any, error) { return a.Engine.QueueSizes(c.list("taskType")), nil }

func (a *api) queueSize(c *call) (any, error) {
	return a.Engine.QueueSize(c.query().Get("taskType"), c.query().Get("domain")), nil
}

func (a *api) requeue(c *call) (any, error) {
	return text(strconv.Itoa(a.Engine.RequeuePending(c.PathValue("taskType")))), nil
}

func (a *api) queuesAll(*call) (any, error) { return a.Engine.QueuesAll(), nil }

func (a *api) queuesVerbose(*call) (any, error) {
	verbose := map[string]map[string]map[string]int64{}
	for name, size := range a.Engine.QueuesAll() {
		verbose[name] = map[string]map[string]int64{"a": {"size": size, "uacked": 0}}
	}
	return verbose, nil
}

func (a *api) pollData(c *call) (any, error) {
	return append([]conductor.PollData{}, a.Engine.PollData(c.query().Get("taskType"))...), nil
}

// pollDataAll answers a list, as open source does; Orkes puts it beside the sizes of the queues (worker sheet §5).
func (a *api) pollDataAll(*call) (any, error) {
	polls := append([]conductor.PollData{}, a.Engine.PollDataAll()...)
	if a.Access == nil {
		return polls, nil
	}
	type queueData struct {
		Size        int64 `json:"size"`
		PollerCount int   `json:"pollerCount"`
	}
	queues := map[string]queueData{}
	for name, size := range a.Engine.QueuesAll() {
		queues[name] = queueData{Size: size}
	}
	for _, poll := range polls {
		queue := queues[poll.Queue()]
		queue.PollerCount++
		queues[poll.Queue()] = queue
	}
	return map[string]any{"queueData": queues, "pollData": polls}, nil
}

// taskSearch reads a search over tasks and checks the right to make it: it sees those of everybody.
func (c *call) taskSearch() (engine.SearchRequest, error) {
	if c.api.Access != nil && !c.caller.Is("ADMIN", "WORKFLOW_MANAGER") {
		return engine.SearchRequest{}, fault.Forbidden("You don't have permissions to search tasks")
	}
	return c.search()
}

func (a *api) searchTasksV2(c *call) (any, error) {
	request, err := c.taskSearch()
	if err != nil {
		return nil, err
	}
	return a.Engine.SearchTasks(request)
}

// pendingTasks are a type's that wait or run.
func (a *api) pendingTasks(c *call) (any, error) {
	start, err := c.number("start", 0)
	if err != nil {
		return nil, err
	}
	count, err := c.number("count", 100)
	if err != nil {
		return nil, err
	}
	return a.Engine.PendingTasks(c.PathValue("tasktype"), start, count), nil
}

// sweep has nothing to do here: an execution is never left behind. It answers what the real server does of one that is in its queue.
func (a *api) sweep(c *call) (any, error) {
	id := c.PathValue("workflowId")
	if _, err := a.execution(c, id, false); err != nil {
		return nil, err
	}
	return text("false." + id), nil
}

func (a *api) searchTasks(c *call) (any, error) {
	request, err := c.taskSearch()
	if err != nil {
		return nil, err
	}
	found, err := a.Engine.SearchTasks(request)
	if err != nil {
		return nil, err
	}
	rows := conductor.SearchResult[conductor.TaskSummary]{TotalHits: found.TotalHits, Results: []conductor.TaskSummary{}}
	for _, task := range found.Results {
		rows.Results = append(rows.Results, engine.SummarizeTask(task))
	}
	return rows, nil
}
