package workers

import (
	"errors"

	sdk "github.com/conductor-sdk/conductor-go/sdk/worker"
)

type in struct{}

type out struct{}

func kept(sdk.TaskContext, in) (any, error)   { return nil, errors.New("kept") }
func never(sdk.TaskContext, in) (*out, error) { return &out{}, nil }

var all = []sdk.Worker{
	sdk.NewTypedWorker("kept", kept),   // expect: kept
	sdk.NewTypedWorker("never", never), // expect: never
	sdk.NewTypedWorker("inline", func(sdk.TaskContext, in) (interface{}, error) { return nil, errors.New("kept") }), // expect: inline
}
