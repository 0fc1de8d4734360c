// env: TASK_DOMAIN=mary
// env: TASK_NAME=named
package main

import (
	"cmp"
	"os"
	"strings"
	"time"

	"github.com/conductor-sdk/conductor-go/sdk/worker"
)

var domain = os.Getenv("TASK_DOMAIN")

func fallback() string {
	if d := os.Getenv("NOT_SET"); d != "" {
		return d
	}
	return "fallen"
}

func looked(name string) string {
	if d, ok := os.LookupEnv(name); ok {
		return strings.TrimSpace(d)
	}
	return "absent"
}

func main() {
	r := worker.NewTaskRunner(nil, nil)
	r.StartWorkerWithDomain("package", nil, 1, 0, domain)                                   // expect: package domain=mary from=env TASK_DOMAIN slots=1
	r.StartWorkerWithDomain("fallback", nil, 1, 0, fallback())                              // expect: fallback domain=fallen slots=1
	r.StartWorkerWithDomain("looked", nil, 1, 0, looked("TASK_DOMAIN"))                     // expect: looked domain=mary from=env TASK_DOMAIN slots=1
	r.StartWorkerWithDomain("absent", nil, 1, 0, looked("NOT_SET"))                         // expect: absent domain=absent slots=1
	r.StartWorkerWithDomain("or", nil, 1, 0, cmp.Or(os.Getenv("NOT_SET"), "other"))         // expect: or domain=other slots=1
	r.StartWorkerWithDomain("unset", nil, 1, 0, os.Getenv("NOT_SET"))                       // expect: unset from=env NOT_SET slots=1
	r.StartWorkerWithDomain(os.Getenv("TASK_NAME"), nil, 1, 10*time.Second, "")             // expect: named slots=1 poll=10s
	local := os.Getenv("NOT_SET")
	if local == "" {
		local = "default"
	}
	r.StartWorkerWithDomain("local", nil, 1, 0, local) // expect: local domain=default slots=1
	if len(os.Args) > 1 {
		local = os.Args[1]
	}
	r.StartWorkerWithDomain("unsure", nil, 1, 0, local) // expect: unsure domain=?local slots=1
	r.WaitWorkers()
}
