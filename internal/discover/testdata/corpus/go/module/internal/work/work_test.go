package work

import sdk "github.com/conductor-sdk/conductor-go/sdk/worker"

var _ = sdk.NewWorker("in-a-test", nil)
