package main

import "github.com/conductor-sdk/conductor-go/sdk/worker"

func main() {
	r := worker.NewTaskRunner(nil, nil)
	r.StartWorkerWithDomain("before", nil, 1, 0, "john") // expect: before domain=john slots=1
	r.WaitWorkers()
	if x := ; {
	r.StartWorker("unterminated
