// Package engine runs workflows: definitions, executions, task queues and timers, without HTTP and without a clock of its own.
//
// The heart is decide, a function from an execution, the tasks that changed and the time to commands; it changes nothing.
// Engine applies the commands under the execution's lock, commits what changed to the store and only then acknowledges.
// Everything that passes with time is an entry of one timer heap, and a step looks only at tasks that changed, so that its
// cost depends neither on finished tasks nor on other executions.
//
// Locks are taken in this order: execution, limiter, queue, then the timer heap and the indexes. No function waits for an
// execution's lock while it holds another execution's, except for one it has just made and nobody else knows.
//
// Values that the engine holds (inputs, outputs, definitions) are never changed in place, only replaced. What it returns
// may share them; callers must treat maps and slices of a returned object as read-only.
package engine
