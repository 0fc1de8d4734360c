package stuck

import (
	"fmt"
	"slices"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// waiting are the causes of a worker's task that lies in a queue. A delay that runs is the whole answer; else what stands between the
// queue and a worker, and then what makes it worse.
func (v View) waiting() []Cause {
	if cause, runs := v.delayed(); runs {
		return []Cause{cause}
	}
	var causes []Cause
	for _, find := range []func() (Cause, bool){v.limited, v.rateLimited, v.refused, v.elsewhere, v.nearMiss, v.stale, v.nobody, v.behind} {
		if cause, found := find(); found {
			causes = append(causes, cause)
		}
	}
	causes = onlyOneOfPollers(causes)
	for _, find := range []func() (Cause, bool){v.undefined, v.pollTimeout} {
		if cause, found := find(); found {
			causes = append(causes, cause)
		}
	}
	return causes
}

// onlyOneOfPollers drops "nobody polls" where a better word for it was found.
func onlyOneOfPollers(causes []Cause) []Cause {
	better := slices.ContainsFunc(causes, func(c Cause) bool { return c.ID == OtherDomain || c.ID == NearMiss || c.ID == NotPermitted })
	return slices.DeleteFunc(causes, func(c Cause) bool { return better && c.ID == NobodyPolls })
}

// delayed is a start delay, the pause before another attempt, or a callback that the worker asked for.
func (v View) delayed() (Cause, bool) {
	t := v.Task
	from, seconds := t.ScheduledTime, max(int64(t.StartDelayInSeconds), t.CallbackAfterSeconds)
	if t.PollCount > 0 {
		from, seconds = t.UpdateTime, t.CallbackAfterSeconds
	}
	until := time.UnixMilli(from).Add(time.Duration(seconds) * time.Second)
	if seconds <= 0 || !until.After(v.Now) {
		return Cause{}, false
	}
	left := render.Duration(until.Sub(v.Now))
	fact := Fact{Label: "until", Value: until.UTC().Format(time.RFC3339), Source: "in " + left}
	switch {
	case t.PollCount > 0:
		return Cause{ID: Callback, Harmless: true, Facts: []Fact{fact}, Claim: fmt.Sprintf("Its worker asked to be given it again after %d s: %s are left.", seconds, left)}, true
	case t.RetryCount > 0:
		return Cause{ID: RetryDelay, Harmless: true, Facts: []Fact{fact}, Claim: fmt.Sprintf("Attempt %d waits for the retry delay: %s are left.", t.RetryCount+1, left)}, true
	default:
		return Cause{ID: StartDelay, Harmless: true, Facts: []Fact{fact}, Claim: fmt.Sprintf("Its start delay runs: %s are left.", left)}, true
	}
}

// limited is the definition's concurrentExecLimit, reached.
func (v View) limited() (Cause, bool) {
	if v.Definition == nil || v.Definition.ConcurrentExecLimit <= 0 || len(v.Held) < v.Definition.ConcurrentExecLimit {
		return Cause{}, false
	}
	cause := Cause{
		ID:    ConcurrencyLimit,
		Claim: fmt.Sprintf("The limit of %s is reached: %d at a time (concurrentExecLimit), and as many are in progress.", v.name(), v.Definition.ConcurrentExecLimit),
		Fix:   []string{"orkesctl task define --name " + cli.ShellWord(v.name()) + fmt.Sprintf(" --concurrency %d", 2*v.Definition.ConcurrentExecLimit)},
	}
	for _, held := range v.Held[:min(len(v.Held), 5)] {
		cause.Facts = append(cause.Facts, Fact{Label: "in progress", Value: "execution " + held.WorkflowInstanceID, Source: "worker " + orNone(held.WorkerID) + ", since " + v.ago(held.StartTime)})
	}
	return cause, true
}

// rateLimited is a limit of starts per time; the server does not say when it is reached, so fresh pollers are the other half of the evidence.
func (v View) rateLimited() (Cause, bool) {
	if v.Definition == nil || v.Definition.RateLimitPerFrequency <= 0 || !v.polled(v.Task.Domain) {
		return Cause{}, false
	}
	window := time.Duration(max(1, v.Definition.RateLimitFrequencyInSeconds)) * time.Second
	return Cause{
		ID: RateLimit,
		Claim: fmt.Sprintf("%s is given out at most %d times in %s (rateLimitPerFrequency), and workers poll it: the limit holds it back.",
			v.name(), v.Definition.RateLimitPerFrequency, render.Duration(window)),
		Fix: []string{"orkesctl task define --name " + cli.ShellWord(v.name()) + fmt.Sprintf(" --rate-limit %d", 2*v.Definition.RateLimitPerFrequency)},
	}, true
}

// refused is the worker's application without the right to poll.
func (v View) refused() (Cause, bool) {
	r := v.Rights
	if !r.Known || r.May || v.polled(v.Task.Domain) || v.declaredElsewhere() {
		return Cause{}, false
	}
	return Cause{
		ID:    NotPermitted,
		Claim: fmt.Sprintf("The worker's polls are refused: application %s may not execute %s%s (%s).", r.Application, v.name(), inDomain(v.Task.Domain), r.Because),
		Facts: v.domains(), Fix: r.Fix,
	}, true
}

// declaredElsewhere reports whether the project's sources have workers for the task, none of them in its domain: what such a worker may do
// there is then beside the point.
func (v View) declaredElsewhere() bool {
	return len(v.Declared) > 0 && !slices.ContainsFunc(v.Declared, func(d Declared) bool { return d.Domain == v.Task.Domain })
}

// elsewhere is a worker that is alive in another domain, or that the sources declare for another one.
func (v View) elsewhere() (Cause, bool) {
	if !v.PollsSeen || v.polled(v.Task.Domain) {
		return Cause{}, false
	}
	var others []string
	for _, p := range v.Polls {
		if p.Domain != v.Task.Domain && v.fresh(p) && !slices.Contains(others, p.Domain) {
			others = append(others, p.Domain)
		}
	}
	if len(others) == 0 && v.declaredElsewhere() {
		others = []string{v.Declared[0].Domain}
	}
	if len(others) == 0 {
		return Cause{}, false
	}
	cause := Cause{ID: OtherDomain, Claim: "Nobody polls it" + orWithoutDomain(v.Task.Domain) + ".", Facts: v.domains()}
	cause.Remark = v.mark(cause.Facts)
	cause.Fix = v.startAgain(others[0])
	return cause, true
}

// startAgain is how to have the workflow run where a worker polls: a running execution's domains do not change.
func (v View) startAgain(domain string) []string {
	start := "orkesctl workflow start " + cli.ShellWord(v.Execution.WorkflowName)
	if domain != "" {
		start += " --domain " + cli.ShellWord(v.name()) + "=" + cli.ShellWord(domain)
	}
	return []string{start, "orkesctl execution terminate " + v.Execution.WorkflowID}
}

// domains puts side by side where the task lies, where it is polled, what the code declares and what is granted.
func (v View) domains() []Fact {
	facts := []Fact{{Label: "scheduled in domain", Value: orNone(v.Task.Domain), Source: v.scheduledBy()}}
	for _, p := range v.Polls {
		facts = append(facts, Fact{Label: "polled in domain", Value: orNone(p.Domain), Source: orNone(p.WorkerID) + ", " + v.ago(p.LastPollTime)})
	}
	for _, d := range v.Declared {
		facts = append(facts, Fact{Label: "declared in code", Value: orNone(d.Domain), Source: d.Place})
	}
	if v.Rights.Known {
		facts = append(facts, Fact{Label: "granted", Value: v.Rights.Held, Source: "application " + v.Rights.Application})
	}
	return facts
}

func (v View) scheduledBy() string {
	for _, name := range []string{v.name(), "*"} {
		if _, mapped := v.Execution.TaskToDomain[name]; mapped {
			return "from taskToDomain of this execution"
		}
	}
	return "this execution has no taskToDomain for it"
}

// mark finds the one of the facts on domains that stands against all others, which agree, and names it.
func (v View) mark(facts []Fact) string {
	for i, fact := range facts {
		rest := slices.DeleteFunc(slices.Delete(slices.Clone(facts), i, i+1), func(f Fact) bool { return f.Value == everyDomain })
		agree := len(rest) > 1 && !slices.ContainsFunc(rest, func(f Fact) bool { return f.Value != rest[0].Value })
		if agree && fact.Value != rest[0].Value {
			facts[i].Odd = true
			return "The odd one out: " + fact.Label + " " + fact.Value + "."
		}
	}
	return ""
}

// nearMiss is a worker that polls a name which looks like the task's.
func (v View) nearMiss() (Cause, bool) {
	if v.polled(v.Task.Domain) {
		return Cause{}, false
	}
	for _, p := range v.Near {
		if !v.fresh(p) {
			continue
		}
		return Cause{
			ID: NearMiss, Claim: fmt.Sprintf("A worker polls %s, and the task is called %s.", p.QueueName, v.name()),
			Facts: []Fact{
				{Label: "scheduled", Value: v.name(), Source: "workflow " + v.Execution.WorkflowName},
				{Label: "polled", Value: p.QueueName, Source: orNone(p.WorkerID) + ", " + v.ago(p.LastPollTime)},
			},
			Remark: "One of the two is to be written like the other: the worker's code, or the task in the workflow.",
			Fix:    []string{"orkesctl workflow get " + cli.ShellWord(v.Execution.WorkflowName) + " -o yaml"},
		}, true
	}
	return Cause{}, false
}

// stale is a worker that polled here, and stopped.
func (v View) stale() (Cause, bool) {
	if v.polled(v.Task.Domain) {
		return Cause{}, false
	}
	for _, p := range v.Polls {
		if p.Domain == v.Task.Domain && p.LastPollTime > 0 {
			return Cause{
				ID: StalePoller, Claim: fmt.Sprintf("Its worker is gone: %s polled%s last %s.", orNone(p.WorkerID), inDomain(p.Domain), v.ago(p.LastPollTime)),
				Facts: v.domains(), Fix: []string{"orkesctl worker run"},
			}, true
		}
	}
	return Cause{}, false
}

func (v View) nobody() (Cause, bool) {
	if !v.PollsSeen || v.everPolled(v.Task.Domain) {
		return Cause{}, false
	}
	return Cause{
		ID: NobodyPolls, Claim: fmt.Sprintf("Nobody has polled %s%s.", v.name(), orWithoutDomain(v.Task.Domain)), Facts: v.domains(),
		Remark: "A worker whose polls are refused is not seen here either.",
		Fix:    []string{"orkesctl worker run", "orkesctl doctor"},
	}, true
}

// behind is a queue that is polled: the workers are busy with what came before.
func (v View) behind() (Cause, bool) {
	limited := v.Definition != nil && (v.Definition.RateLimitPerFrequency > 0 || v.Definition.ConcurrentExecLimit > 0 && len(v.Held) >= v.Definition.ConcurrentExecLimit)
	if !v.polled(v.Task.Domain) || limited || v.Execution.Status == conductor.WorkflowPaused {
		return Cause{}, false
	}
	return Cause{
		ID: Backlog, Claim: fmt.Sprintf("Workers poll it%s; what came before it is ahead.", inDomain(v.Task.Domain)),
		Facts: v.domains(), Remark: "If the queue grows, give the workers more concurrency, or start more of them.",
		Fix: []string{"orkesctl task queue " + cli.ShellWord(v.name())}, Harmless: true,
	}, true
}

func (v View) undefined() (Cause, bool) {
	if !v.Undefined {
		return Cause{}, false
	}
	return Cause{
		ID: NoDefinition, Claim: fmt.Sprintf("No task %s is defined: the server uses its defaults for time-outs and retries.", v.name()),
		Fix: []string{"orkesctl task define --name " + cli.ShellWord(v.name())},
	}, true
}

func (v View) pollTimeout() (Cause, bool) {
	if v.Definition == nil || v.Definition.PollTimeoutSeconds <= 0 {
		return Cause{}, false
	}
	at := time.UnixMilli(v.Task.ScheduledTime).Add(time.Duration(v.Definition.PollTimeoutSeconds) * time.Second)
	return Cause{
		ID:    PollTimeout,
		Claim: fmt.Sprintf("It times out at %s if nobody takes it by then (pollTimeoutSeconds %d).", at.UTC().Format(time.RFC3339), v.Definition.PollTimeoutSeconds),
	}, true
}

func (v View) fresh(p conductor.PollData) bool {
	return v.nowMillis()-p.LastPollTime <= Fresh.Milliseconds()
}

// polled reports whether a living worker asks for the task in a domain.
func (v View) polled(domain string) bool {
	return slices.ContainsFunc(v.Polls, func(p conductor.PollData) bool { return p.Domain == domain && v.fresh(p) })
}

func (v View) everPolled(domain string) bool {
	return slices.ContainsFunc(v.Polls, func(p conductor.PollData) bool { return p.Domain == domain && p.LastPollTime > 0 })
}

// ago is a time before now, in words.
func (v View) ago(millis int64) string {
	if millis <= 0 {
		return "never"
	}
	return render.Duration(v.Now.Sub(time.UnixMilli(millis))) + " ago"
}

func inDomain(domain string) string {
	if domain == "" {
		return ""
	}
	return " in domain " + domain
}

func orWithoutDomain(domain string) string {
	if domain == "" {
		return " without a domain"
	}
	return inDomain(domain)
}

func orNone(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
