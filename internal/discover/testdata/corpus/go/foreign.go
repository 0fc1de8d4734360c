// Functions of the same names that are not the SDK's. It is named here: github.com/conductor-sdk/conductor-go/sdk/worker.
package main

import "example.com/other/worker"

func main() {
	worker.NewWorker("other", nil)
	worker.NewTypedWorker("other", nil)
	worker.StartWorker("too", "few", 1)
}
