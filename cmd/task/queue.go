package task

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// queue is what waits for one task in one domain, and who polled there.
type queue struct {
	Task     string   `json:"task"`
	Domain   string   `json:"domain"` // empty where the task has no domain
	Waiting  int64    `json:"waiting"`
	Pollers  []string `json:"pollers"`
	LastPoll int64    `json:"lastPollTime"` // milliseconds since 1970, zero where nobody ever polled
}

func newQueue(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "queue [TASK…]", Short: "Show how many tasks wait, and who polls, per domain",
		Long: `Show for each task and domain how many tasks wait, who polled last and when. Without a name, the queues in which
something waits.`,
		Example: "orkesctl task queue get-inventory\norkesctl task queue",
		Args:    cli.Args("[TASK…]"), ValidArgsFunction: completeNames(deps),
		RunE: func(cmd *cobra.Command, args []string) error { return runQueue(cmd.Context(), deps, args) },
	}
}

func runQueue(ctx context.Context, deps *cli.Deps, tasks []string) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	waiting, err := client.Tasks.QueuesAll(ctx)
	if err != nil {
		return err
	}
	if len(tasks) == 0 {
		tasks = waitingTasks(waiting)
	}
	var queues []queue
	for _, task := range tasks {
		polls, err := client.Tasks.PollData(ctx, task)
		if err != nil && !conductor.IsNotFound(err) {
			return err
		}
		found := queuesOf(task, waiting, polls)
		if len(found) == 1 && found[0].Waiting == 0 && len(polls) == 0 { // an idle task, or a name that is wrong
			if _, err := client.TaskDefs.Get(ctx, task); err != nil {
				return notFound(ctx, client, task, "queue", err)
			}
		}
		queues = append(queues, found...)
	}
	if len(queues) == 0 && !deps.Globals.Format.Structured() {
		deps.Note("No task waits anywhere.")
	}
	return render.List(deps.Printer(), queueView(), queues)
}

// waitingTasks returns the tasks whose queues, in whatever domain, are not empty.
func waitingTasks(waiting map[string]int64) []string {
	var tasks []string
	seen := map[string]bool{}
	for name, size := range waiting {
		_, task := splitQueue(name)
		if size > 0 && !seen[task] {
			seen[task] = true
			tasks = append(tasks, task)
		}
	}
	sort.Strings(tasks)
	return tasks
}

// splitQueue takes a queue's name apart: domain:task, or task alone.
func splitQueue(name string) (domain, task string) {
	if domain, task, found := strings.Cut(name, ":"); found {
		return domain, task
	}
	return "", name
}

// queuesOf joins what waits for a task with who polled for it: one queue per domain, the one without a domain always.
func queuesOf(task string, waiting map[string]int64, polls []conductor.PollData) []queue {
	byDomain := map[string]*queue{"": {Task: task, Waiting: waiting[task], Pollers: []string{}}}
	at := func(domain string) *queue {
		if byDomain[domain] == nil {
			byDomain[domain] = &queue{Task: task, Domain: domain, Pollers: []string{}}
		}
		return byDomain[domain]
	}
	for name, size := range waiting {
		if domain, found := strings.CutSuffix(name, ":"+task); found && domain != "" {
			at(domain).Waiting = size
		}
	}
	for _, poll := range polls {
		domain := poll.Domain
		if domain == "DEFAULT" { // how Conductor's stores name "no domain"
			domain = ""
		}
		q := at(domain)
		if poll.WorkerID != "" {
			q.Pollers = append(q.Pollers, poll.WorkerID)
		}
		q.LastPoll = max(q.LastPoll, poll.LastPollTime)
	}
	queues := make([]queue, 0, len(byDomain))
	for _, q := range byDomain {
		sort.Strings(q.Pollers)
		queues = append(queues, *q)
	}
	sort.Slice(queues, func(i, j int) bool { return queues[i].Domain < queues[j].Domain })
	return queues
}

func queueView() render.View[queue] {
	return render.View[queue]{
		Kind: "queue",
		Name: func(q queue) string { return strings.TrimPrefix(fmt.Sprintf("%s:%s", q.Domain, q.Task), ":") },
		Columns: []render.Column[queue]{
			{Title: "task", Value: func(q queue) any { return q.Task }},
			{Title: "domain", Value: func(q queue) any { return q.Domain }},
			{Title: "waiting", Value: func(q queue) any { return q.Waiting }},
			{Title: "last poll", Value: func(q queue) any { return render.Millis(q.LastPoll) }},
			{Title: "by", Value: func(q queue) any { return q.Pollers }},
		},
	}
}
