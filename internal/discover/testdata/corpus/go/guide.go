// The guide's own way: constants, and both ways of starting.
package main

import (
	"time"

	"github.com/conductor-sdk/conductor-go/sdk/model"
	"github.com/conductor-sdk/conductor-go/sdk/worker"
)

const (
	prefix = "get"
	task   = prefix + "-inventory"
	every  = 500
)

func work(t *model.Task) (interface{}, error) { return nil, nil }

func main() {
	runner := worker.NewTaskRunner(nil, nil)
	runner.StartWorker(task, work, 2, every*time.Millisecond)                       // expect: get-inventory slots=2 poll=500ms
	runner.StartWorkerWithDomain("ship", work, 1, time.Second, "john")             // expect: ship domain=john slots=1 poll=1s
	_ = runner.StartWorkerWithDomain(`raw\name`, work, 1, 2*time.Second, ("ma"+"ry")) // expect: raw\name domain=mary slots=1 poll=2s
	// runner.StartWorker("commented", work, 1, 0)
	_ = "runner.StartWorker(\"quoted\", work, 1, 0)"
	runner.WaitWorkers()
}
