package x

import sdk "github.com/conductor-sdk/conductor-go/sdk/worker"

var _ = sdk.NewWorker("vendored", nil)
