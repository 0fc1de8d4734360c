package engine

import (
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// activeWorker is how long after its last poll a worker counts as there, in milliseconds.
const activeWorker = 10_000

// noDomain in a list of domains stands for the queue without a domain.
const noDomain = "NO_DOMAIN"

// pollers remembers who polled which queue last.
type pollers struct {
	mu   sync.Mutex
	last map[string]map[string]conductor.PollData // by task type, then domain
}

func newPollers() *pollers { return &pollers{last: map[string]map[string]conductor.PollData{}} }

// note records a poll, also one that found nothing.
func (p *pollers) note(req PollRequest, now int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	byDomain := p.last[req.TaskType]
	if byDomain == nil {
		byDomain = map[string]conductor.PollData{}
		p.last[req.TaskType] = byDomain
	}
	byDomain[req.Domain] = conductor.PollData{
		QueueName: req.TaskType, Domain: req.Domain, WorkerID: req.WorkerID, LastPollTime: now,
	}
}

func (p *pollers) active(taskType, domain string, now int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen, ok := p.last[taskType][domain]
	return ok && now-seen.LastPollTime < activeWorker
}

func (p *pollers) list(taskType string) []conductor.PollData {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]conductor.PollData, 0, len(p.last[taskType]))
	for _, seen := range p.last[taskType] {
		list = append(list, seen)
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Domain < list[j].Domain })
	return list
}

// PollData says who polled a task type last, one entry per domain: GET /tasks/queue/polldata.
func (e *Engine) PollData(taskType string) []conductor.PollData { return e.pollers.list(taskType) }

// PollDataAll says who polled any queue last: GET /tasks/queue/polldata/all.
func (e *Engine) PollDataAll() []conductor.PollData {
	e.pollers.mu.Lock()
	names := make([]string, 0, len(e.pollers.last))
	for name := range e.pollers.last {
		names = append(names, name)
	}
	e.pollers.mu.Unlock()
	slices.Sort(names)
	list := []conductor.PollData{}
	for _, name := range names {
		list = append(list, e.pollers.list(name)...)
	}
	return list
}

// domainOf chooses the domain that a task is queued in (access sheet 6): the list for its type, else the one for "*";
// of a list the first domain with an active worker, else the last one, even when idle.
func (e *Engine) domainOf(taskType string, taskToDomain map[string]string, now int64) string {
	list := strings.TrimSpace(taskToDomain["*"])
	if own := strings.TrimSpace(taskToDomain[taskType]); own != "" {
		list = own
	}
	if list == "" {
		return ""
	}
	last := ""
	for domain := range strings.SplitSeq(list, ",") {
		last = strings.TrimSpace(domain)
		if last != "" && !strings.EqualFold(last, noDomain) && e.pollers.active(taskType, last, now) {
			return last
		}
	}
	if strings.EqualFold(last, noDomain) {
		return ""
	}
	return last
}
