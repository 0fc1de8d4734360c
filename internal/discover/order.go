package discover

import (
	"strconv"
	"strings"
	"time"
)

// order is the names of the variables that an SDK reads for a worker, highest first. <task> and <prop> stand for the task's and
// the property's name as they are, <TASK> and <PROP> for them in upper case, in which a hyphen stays; <TASK_> and <task_> are the task's
// in upper and lower case with _ for it.
type order struct {
	names                  []string
	domain, slots, polling []string // the property's names
}

// pythonOrder is that of worker_config.py.
func pythonOrder() order {
	return order{
		names: []string{
			"conductor.worker.<task>.<prop>", "conductor_worker_<task>_<prop>", "CONDUCTOR_WORKER_<TASK>_<PROP>", "CONDUCTOR_WORKER_<task>_<PROP>",
			"conductor.worker.all.<prop>", "CONDUCTOR_WORKER_ALL_<PROP>", "conductor_worker_<prop>", "CONDUCTOR_WORKER_<PROP>",
		},
		domain: []string{"domain"}, slots: []string{"thread_count"}, polling: []string{"poll_interval", "polling_interval"},
	}
}

// scriptOrder is that of the workers which TaskHandler finds; no other worker of JavaScript's SDK reads variables.
func scriptOrder() order {
	return order{
		names: []string{
			"CONDUCTOR_WORKER_<TASK>_<PROP>", "conductor.worker.<task>.<prop>", "CONDUCTOR_WORKER_ALL_<PROP>", "conductor.worker.all.<prop>",
		},
		domain: []string{"domain"}, slots: []string{"concurrency"}, polling: []string{"poll_interval"},
	}
}

// rustOrder is that of worker_config.rs of 0.2.0, whose interval alone is called otherwise.
func rustOrder() order {
	return order{
		names: []string{
			"CONDUCTOR_WORKER_<TASK_>_<PROP>", "CONDUCTOR_WORKER_ALL_<PROP>", "conductor.worker.all.<prop>", "conductor.worker.<task_>.<prop>",
		},
		domain: []string{"domain"}, slots: []string{"thread_count"}, polling: []string{"poll_interval_millis"},
	}
}

// variable is the first of the names that is set. Those of a task that is not known cannot be.
func (o order) variable(env Environment, task string, properties []string) (Variable, bool) {
	for _, property := range properties {
		for _, name := range o.names {
			if task == "" && strings.Contains(strings.ToLower(name), "<task") {
				continue
			}
			if v, set := env.variables[o.expand(name, task, property)]; set {
				return v, true
			}
		}
	}
	return Variable{}, false
}

// expand is one of the names for a task and a property.
func (o order) expand(name, task, property string) string {
	return strings.NewReplacer(
		"<task>", task, "<TASK>", strings.ToUpper(task), "<prop>", property, "<PROP>", strings.ToUpper(property),
		"<TASK_>", strings.ToUpper(strings.ReplaceAll(task, "-", "_")), "<task_>", strings.ToLower(strings.ReplaceAll(task, "-", "_")),
	).Replace(name)
}

// apply lets the environment have its say over what the code says.
func (o order) apply(w *Worker, env Environment) {
	if v, set := o.variable(env, w.Task, o.domain); set {
		w.Domain, w.DomainExpr, w.DomainFrom, w.DomainPlace = v.Value, "", "env "+v.Name, v.Place
	}
	if v, set := o.variable(env, w.Task, o.slots); set {
		if n, err := strconv.Atoi(v.Value); err == nil {
			w.Concurrency = n
		}
	}
	if v, set := o.variable(env, w.Task, o.polling); set {
		if n, err := strconv.ParseFloat(v.Value, 64); err == nil {
			w.PollInterval = milliseconds(n)
		}
	}
}

func milliseconds(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }
