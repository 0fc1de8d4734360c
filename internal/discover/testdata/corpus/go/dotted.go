package main

import . "github.com/conductor-sdk/conductor-go/sdk/worker"

func main() {
	r := NewTaskRunner(nil, nil)
	r.RegisterWorker(NewWorker("dotted", nil, WithDomain("john"))) // expect: dotted domain=john
	r.WaitWorkers()
}
