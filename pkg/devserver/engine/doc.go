// Package engine runs workflows: definitions, executions, task queues and timers, without HTTP and without a clock of its own.
//
// The heart is decide, a function from an execution, the tasks that changed and the time to commands; it changes nothing.
// Engine applies the commands under the execution's lock, commits what changed to the store and only then acknowledges.
// Everything that passes with time is an entry of one timer heap, and a step looks only at tasks that changed, so that its
// cost depends neither on finished tasks nor on other executions.
//
// Locks are taken in this order: execution, limiter, queue, then the timer heap and the indexes. No function waits for an
// execution's lock while it holds another execution's, except for one it has just made and nobody else knows. What a step
// leads to in another execution is an errand: it runs after the step is durable and its lock is released.
//
// # How a task type is added
//
// A system task type is one file, kind_TYPE.go, with a constructor of its kind, and one line in newKinds. A kind says:
//
//   - schedule: which tasks start when the definition's task is reached. Most use scheduleOne; a type whose task is over the
//     moment it is made may give it its end there (task.ended).
//   - execute: what to do with a task that is not terminal. It sees the execution and the time, changes nothing and answers
//     commands: finishTask ends the task with an output, waitTask makes it wait for a time (its WakeAt; the timer heap then
//     calls execute again) or for somebody, setVariables changes the workflow's variables, endWorkflow ends it.
//   - follow: what starts after it, where that is not simply the next task: the chosen case, the branches.
//   - final: true where a failed task is never tried again.
//
// Work that takes time or leaves the machine (an HTTP call) is a job: execute answers performTask with a function that runs
// outside every lock and returns an outcome. It gets a context that ends with the task, and runs again after a restart.
// Work on another execution (starting one, telling a parent) is an errand, appended to changes.errands by a command's apply.
// JavaScript is env.scripts.eval, or evaluate where a definition names the evaluator. Nothing in execute may wait, read a
// clock or draw lots: env has the time, ids and jitter.
//
// Input that depends on the definition comes resolved in Wire.InputData; a job gets it with secrets from t.revealed(env.secret).
// What a task must remember across a restart goes into
// the exported fields of task, since those are stored; what it can find out again does not.
//
// Values that the engine holds (inputs, outputs, definitions) are never changed in place, only replaced. What it returns
// may share them; callers must treat maps and slices of a returned object as read-only.
package engine
