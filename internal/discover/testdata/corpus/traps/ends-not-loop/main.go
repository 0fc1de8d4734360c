package main

import "github.com/conductor-sdk/conductor-go/sdk/worker"

func main() {
	worker.NewTaskRunner(nil, nil).StartWorker("t", nil, 1, 0) // expect: t slots=1
	for { }
}

func serve() {}
