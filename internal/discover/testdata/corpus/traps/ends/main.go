package main

import (
	"fmt"

	"github.com/conductor-sdk/conductor-go/sdk/worker"
)

func main() {
	r := worker.NewTaskRunner(nil, nil)
	r.StartWorker("first", nil, 1, 0) // expect: first slots=1
	r.RegisterWorker( // notice: trap WaitWorkers
		worker.NewWorker("last", nil)) // expect: last
	fmt.Println("started")
}
