package main

import (
	"flag"
	"fmt"

	"github.com/conductor-sdk/conductor-go/sdk/worker"
)

type config struct{ Task, Domain string }

var (
	changed = "first"
	flagged = flag.String("domain", "x", "")
)

func start(r *worker.TaskRunner, c config, opts ...worker.Option) {
	r.StartWorker(c.Task, nil, 1, 0)                                // expect: ?c.Task slots=1
	r.StartWorkerWithDomain("by-config", nil, 1, 0, c.Domain)       // expect: by-config domain=?c.Domain slots=1
	r.StartWorkerWithDomain("by-flag", nil, 1, 0, *flagged)         // expect: by-flag domain=?*flagged slots=1
	r.StartWorkerWithDomain("by-variable", nil, 1, 0, changed)      // expect: by-variable domain=?changed slots=1
	r.StartWorker(fmt.Sprintf("%s-%d", "a", 1), nil, 1, 0)          // expect: ?fmt.Sprintf("%s-%d", "a", 1) slots=1
	r.RegisterWorker(worker.NewWorker("spread", nil, opts...))      // expect: spread domain=?opts...
	r.RegisterWorker(worker.NewWorker("helped", nil, ours("john"))) // expect: helped domain=?ours("john")
	for _, name := range []string{"a", "b"} {
		r.StartWorker(name, nil, 1, 0) // expect: ?name slots=1
	}
	var handed string
	flag.StringVar(&handed, "handed", "x", "")
	r.StartWorkerWithDomain("handed", nil, 1, 0, handed) // expect: handed domain=?handed slots=1
	func(handed string) {
		r.StartWorker(handed, nil, 1, 0) // expect: ?handed slots=1
	}("inner")
	r.StartWorker("", nil, 1, 0) // expect: ?"" slots=1
}

func ours(domain string) worker.Option { return worker.WithDomain(domain) }

func main() {
	changed = "second"
	r := worker.NewTaskRunner(nil, nil)
	start(r, config{})
	r.WaitWorkers()
}
