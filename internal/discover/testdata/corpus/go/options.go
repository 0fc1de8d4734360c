package workers

import (
	"time"

	"github.com/conductor-sdk/conductor-go/sdk/model"
	w "github.com/conductor-sdk/conductor-go/sdk/worker"
)

type in struct{ ID string }

func handle(t *model.Task) (interface{}, error)        { return nil, nil }
func typed(c w.TaskContext, i in) (any, error)         { return nil, nil }

func All() []w.Worker {
	return []w.Worker{
		w.NewWorker("plain", handle),                                                             // expect: plain
		w.NewTypedWorker("typed", typed, w.WithDomain("john"), w.WithBatchSize(8)),               // expect: typed domain=john slots=8
		w.NewTypedWorker[in, any]("generic", typed, w.WithPollInterval(250*time.Millisecond)),    // expect: generic poll=250ms
		w.NewWorker("chained", handle).With(w.WithDomain("chain")).With(w.WithBatchSize(3)),      // expect: chained domain=chain slots=3
		w.NewSimpleTypedWorker("simple", nil, w.WithDomain(""), w.WithPollTimeout(time.Second)),  // expect: simple
		w.NewWorker("overridden", handle, w.WithDomain("a")).With(w.WithDomain("b")),             // expect: overridden domain=b
		w.NewWorker("negative", handle, w.WithBatchSize(0), w.WithPollInterval(-1*time.Second)),  // expect: negative
	}
}
