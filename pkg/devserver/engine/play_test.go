package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// world is a server that a random workflow runs on: the engine, or the real one.
type world interface {
	start(req conductor.StartWorkflowRequest) (id string, err error)
	workflow(id string) conductor.Workflow
	poll(taskType, domain string) []conductor.Task
	report(result conductor.TaskResult)
	act(id string, a action) error
	// pass lets some time pass, the longer the more often nothing has changed. False means that nothing ever will:
	// soon, or only when it is certain that something should have.
	pass(unchanged int, certain bool, running []string) bool
}

// script is a random workflow and how those around it behave.
type script struct {
	Seed  uint64                `json:"seed"`
	Rate  int                   `json:"rate"` // of 100 attempts fail
	Ops   int                   `json:"ops"`  // how many actions an operator takes
	Calm  bool                  `json:"calm"`
	Def   conductor.WorkflowDef `json:"def"`
	Input map[string]any        `json:"input"`
}

// player runs a script on a world, so that the outcome does not depend on which of two things is faster: it reports one task at a
// time, when everything that the server does by itself is done and every timer has rung.
type player struct {
	script
	world
	domain string
	root   string
	log    []string
	again  map[string]bool // tasks that were put back once
	off    string          // why the outcome does not count
	moves  int
	acted  int
}

// branch is an execution with where it is: /REF#ATTEMPT for each task around it.
type branch struct {
	path string
	wf   conductor.Workflow
}

func newPlayer(s script, w world, domain string) *player {
	s.Input["domain"] = domain
	return &player{script: s, world: w, domain: domain, again: map[string]bool{}}
}

// play runs a script to where nothing goes on any more, and tells what became of it.
func play(s script, w world, domain string) (story string, log []string) {
	p := newPlayer(s, w, domain)
	if err := p.begin(); err != nil {
		return "refused", []string{err.Error()}
	}
	p.run()
	if open := leftOpen(p.look()); open != "" && p.off == "" {
		p.off = "left open: " + open
	}
	if p.off != "" {
		return "off: " + p.off, p.log
	}
	return p.story(), p.log
}

// leftOpen is a task that a workflow which has ended forgot to cancel, as the real server does at times.
func leftOpen(tree []branch) string {
	for _, at := range tree {
		for i := range at.wf.Tasks {
			if task := &at.wf.Tasks[i]; conductor.WorkflowTerminal(at.wf.Status) && !conductor.TaskTerminal(task.Status) {
				return task.ReferenceTaskName
			}
		}
	}
	return ""
}

func (p *player) begin() (err error) {
	req := conductor.StartWorkflowRequest{Name: p.Def.Name, WorkflowDef: &p.Def, Input: p.Input, CorrelationID: "c"}
	if p.domain != "" {
		req.TaskToDomain = map[string]string{"*": p.domain}
	}
	p.root, err = p.start(req)
	return err
}

func (p *player) run() {
	for p.moves < 300 && p.off == "" && p.move() {
		p.moves++
	}
}

// look is the whole: the execution, and those that its tasks started, by their tasks' names.
func (p *player) look() []branch {
	var tree []branch
	for next := []branch{{wf: conductor.Workflow{WorkflowID: p.root}}}; len(next) > 0; {
		at := next[0]
		at.wf = p.workflow(at.wf.WorkflowID)
		tree = append(tree, at)
		var inside []branch
		for i := range at.wf.Tasks {
			task := &at.wf.Tasks[i]
			var id string
			switch task.TaskType {
			case typeSubWorkflow:
				id = task.SubWorkflowID
			case "START_WORKFLOW":
				id, _ = task.OutputData["workflowId"].(string)
			}
			if id != "" {
				path := fmt.Sprint(at.path, "/", task.ReferenceTaskName, "#", task.RetryCount)
				inside = append(inside, branch{path: path, wf: conductor.Workflow{WorkflowID: id}})
			}
		}
		if id, _ := at.wf.Output["conductor.failure_workflow"].(string); len(id) == 36 {
			inside = append(inside, branch{path: at.path + "/failure", wf: conductor.Workflow{WorkflowID: id}})
		}
		slices.SortFunc(inside, func(a, b branch) int { return strings.Compare(a.path, b.path) })
		next = append(inside, next[1:]...)
	}
	return tree
}

// settle waits until nothing happens by itself any more.
func (p *player) settle() []branch {
	before, unchanged := "", 0
	for {
		tree := p.look()
		if crowded(tree) {
			p.off = "crowded"
			return tree
		}
		certain := p.busy(tree) || p.take(tree)
		hand := p.hand(tree)
		if !certain && (len(hand) > 0 || over(tree) && !p.sorry(tree)) {
			return tree
		}
		now := outline(tree)
		if unchanged++; now != before {
			before, unchanged = now, 0
		}
		if !p.pass(unchanged, certain, running(tree)) {
			if certain {
				p.off = "stuck: " + outline(tree)
			}
			return tree
		}
	}
}

// crowded reports whether a task may time out while another timer runs: which is first is not settled.
func crowded(tree []branch) bool {
	timed, timers := 0, 0
	for _, at := range tree {
		for i := range at.wf.Tasks {
			task := &at.wf.Tasks[i]
			switch {
			case conductor.TaskTerminal(task.Status) || conductor.WorkflowTerminal(at.wf.Status):
			case slices.Contains(timedTypes(), task.TaskDefName):
				timed++
			case task.TaskType == typeWait && timedWait(task), isWork(task) && task.CallbackAfterSeconds > 0:
				timers++
			}
		}
	}
	return timed > 0 && timed+timers > 1
}

func timedWait(task *conductor.Task) bool {
	return task.InputData["duration"] != nil || task.InputData["until"] != nil
}

// sorry reports whether a failure workflow may be about to start.
func (p *player) sorry(tree []branch) bool {
	return slices.ContainsFunc(tree, func(b branch) bool {
		wf := &b.wf
		return wf.WorkflowDefinition.FailureWorkflow != "" && wf.Status != conductor.WorkflowCompleted && wf.Output["conductor.failure_workflow"] == nil
	})
}

func running(tree []branch) []string {
	var ids []string
	for _, at := range tree {
		if at.wf.Status == conductor.WorkflowRunning {
			ids = append(ids, at.wf.WorkflowID)
		}
	}
	return ids
}

func over(tree []branch) bool {
	return !slices.ContainsFunc(tree, func(b branch) bool { return !conductor.WorkflowTerminal(b.wf.Status) })
}

func outline(tree []branch) string {
	var b strings.Builder
	for _, at := range tree {
		fmt.Fprintln(&b, at.path, at.wf.Status)
		for i := range at.wf.Tasks {
			task := &at.wf.Tasks[i]
			fmt.Fprintln(&b, task.ReferenceTaskName, task.RetryCount, task.Status, task.Executed, task.Retried)
		}
	}
	return b.String()
}

// take polls what is queued, and reports whether there is something that cannot be had yet.
func (p *player) take(tree []branch) (more bool) {
	queued := map[string]bool{}
	for _, at := range tree {
		if conductor.WorkflowTerminal(at.wf.Status) {
			continue
		}
		for i := range at.wf.Tasks {
			if task := &at.wf.Tasks[i]; isWork(task) && task.Status == conductor.TaskScheduled && !lost(task) {
				queued[task.TaskType] = true
			}
		}
	}
	for taskType := range queued {
		p.poll(taskType, p.domain)
	}
	return len(queued) > 0
}

func isWork(task *conductor.Task) bool {
	return strings.HasPrefix(strings.ToLower(task.TaskType), "mt_")
}

// busy reports whether the server itself still has something to do, now or when a timer rings.
func (p *player) busy(tree []branch) bool {
	ended := map[string]bool{}
	for _, at := range tree {
		ended[at.wf.WorkflowID] = conductor.WorkflowTerminal(at.wf.Status)
	}
	for _, at := range tree {
		if at.wf.Status != conductor.WorkflowRunning {
			continue
		}
		open := false
		for i := range at.wf.Tasks {
			task := &at.wf.Tasks[i]
			open = open || !conductor.TaskTerminal(task.Status)
			if stirs(&at.wf, task, ended) {
				return true
			}
		}
		if !open {
			return true
		}
	}
	return false
}

// stirs reports whether a task changes without anybody's help.
func stirs(wf *conductor.Workflow, task *conductor.Task, ended map[string]bool) bool {
	switch {
	case conductor.TaskTerminal(task.Status):
		return !task.Executed && !task.Retried && task.Status != conductor.TaskSkipped && !joinedLater(wf, task)
	case isWork(task):
		return lost(task)
	case task.Status == conductor.TaskScheduled:
		return true
	case task.TaskType == typeWait:
		return timedWait(task)
	case task.TaskType == typeJoin:
		return due(wf, task) || behind(wf, task)
	case task.TaskType == typeSubWorkflow:
		return ended[task.SubWorkflowID]
	}
	return false
}

// joinedLater reports whether the real server leaves a task that ended well to the JOIN after it.
func joinedLater(wf *conductor.Workflow, task *conductor.Task) bool {
	if !conductor.TaskSuccessful(task.Status) {
		return false
	}
	return slices.ContainsFunc(wf.Tasks, func(t conductor.Task) bool {
		return t.TaskType == typeJoin && !conductor.TaskTerminal(t.Status) && slices.Contains(joinedBy(&t), task.ReferenceTaskName)
	})
}

func joinedBy(join *conductor.Task) []string {
	var names []string
	given, _ := join.InputData["joinOn"].([]any)
	for _, item := range given {
		name := fmt.Sprint(item)
		if join.Iteration > 0 && !strings.Contains(name, "__") {
			name += fmt.Sprint("__", join.Iteration)
		}
		names = append(names, name)
	}
	return names
}

// behind reports whether a JOIN has not yet seen what one of its tasks has put out.
func behind(wf *conductor.Workflow, join *conductor.Task) bool {
	outputs := map[string]map[string]any{}
	for i := range wf.Tasks {
		outputs[wf.Tasks[i].ReferenceTaskName] = wf.Tasks[i].OutputData
	}
	return slices.ContainsFunc(joinedBy(join), func(name string) bool {
		seen, _ := join.OutputData[name].(map[string]any)
		return len(outputs[name]) > 0 && jsonOf(seen) != jsonOf(outputs[name])
	})
}

// due reports whether everything that a JOIN waits for has ended.
func due(wf *conductor.Workflow, join *conductor.Task) bool {
	latest := map[string]bool{}
	for i := range wf.Tasks {
		latest[wf.Tasks[i].ReferenceTaskName] = conductor.TaskTerminal(wf.Tasks[i].Status)
	}
	for _, name := range joinedBy(join) {
		if !latest[name] {
			return false
		}
	}
	return true
}

// held is a task that waits for the player.
type held struct {
	path string
	task *conductor.Task
}

func (h held) String() string {
	return fmt.Sprint(h.path, "/", h.task.ReferenceTaskName, "#", h.task.RetryCount)
}

// hand is every task that waits for a report, in the order that fate has set.
func (p *player) hand(tree []branch) []held {
	var hand []held
	for _, at := range tree {
		if conductor.WorkflowTerminal(at.wf.Status) {
			continue
		}
		for i := range at.wf.Tasks {
			task := &at.wf.Tasks[i]
			if task.Status == conductor.TaskInProgress && awaited(task) {
				hand = append(hand, held{at.path, task})
			}
		}
	}
	slices.SortFunc(hand, func(a, b held) int {
		if d := fate(1<<30, p.Seed, a) - fate(1<<30, p.Seed, b); d != 0 {
			return d
		}
		return strings.Compare(a.String(), b.String())
	})
	return hand
}

func awaited(task *conductor.Task) bool {
	switch {
	case isWork(task):
		return !lost(task)
	case task.TaskType == typeWait:
		return !timedWait(task)
	}
	return task.TaskType == "HUMAN" || task.TaskType == "EVENT"
}

// move does one thing, and reports whether there is more to do.
func (p *player) move() bool {
	tree := p.settle()
	if p.off != "" {
		return false
	}
	if p.operate(tree) {
		return true
	}
	hand := p.hand(tree)
	if len(hand) == 0 {
		return false
	}
	h := hand[0]
	report := result(p.Seed, p.Rate, h.path, h.task, p.again[h.task.TaskID])
	if !isWork(h.task) && report.Status == conductor.TaskInProgress {
		report.Status = conductor.TaskCompleted
	}
	p.again[h.task.TaskID] = report.Status == conductor.TaskInProgress
	p.log = append(p.log, fmt.Sprint("report ", h, " ", report.Status))
	p.report(report)
	return true
}
