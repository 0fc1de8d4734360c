package work

import sdk "github.com/conductor-sdk/conductor-go/sdk/worker"

func other() sdk.Worker { return sdk.NewWorker(taskName, nil) } // expect: other

const taskName = "other"
