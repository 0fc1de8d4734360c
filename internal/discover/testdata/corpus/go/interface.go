package main

import (
	"time"

	"github.com/conductor-sdk/conductor-go/sdk/model"
	"github.com/conductor-sdk/conductor-go/sdk/worker"
)

const billing = "billing"

type bill struct{}

func (bill) TaskName() string { return billing } // expect: billing domain=acme slots=5 poll=2s
func (bill) Options() worker.Options {
	return worker.Options{Domain: "acme", BatchSize: 5, PollInterval: 2 * time.Second}
}
func (bill) Handler() model.ExecuteTaskFunction     { return nil }
func (b bill) With(...worker.Option) worker.Worker { return b }

type any1 struct{ name string }

func (a *any1) TaskName() string                    { return a.name } // expect: ?TaskName() of *any1 domain=?Options() of *any1
func (a *any1) Options() worker.Options             { o := worker.Options{}; return o }
func (a *any1) Handler() model.ExecuteTaskFunction { return nil }

// Only a name makes no worker.
type label struct{}

func (label) TaskName() string { return "label" }
