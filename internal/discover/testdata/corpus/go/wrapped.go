// A project's own function makes the workers: each call of it is one.
package main

import "github.com/conductor-sdk/conductor-go/sdk/worker"

const domain = "john"

type shop struct{ runner *worker.TaskRunner }

func (s *shop) add(domain, name string) {
	s.runner.RegisterWorkers(made(name, domain, 4))
}

func made(name, domain string, slots int) worker.Worker {
	return worker.NewWorker(name, nil, worker.WithDomain(domain), worker.WithBatchSize(slots))
}

func recursive(name string, n int) {
	if n > 0 {
		recursive(name, n-1)
	}
	made(name, "deep", 1)
}

func main() {
	s := &shop{}
	s.add(domain, "first")         // expect: first domain=john slots=4
	s.add("mary", "second")        // expect: second domain=mary slots=4
	_ = made("third", "", 2)       // expect: third slots=2
	recursive(unknowable(), 3)     // expect: ?unknowable() domain=deep slots=1
	s.runner.WaitWorkers()
}
