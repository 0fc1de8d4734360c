package engine

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// forkDynamicKind is FORK_JOIN_DYNAMIC: a fork whose branches are data. Its task is called FORK, as that of FORK_JOIN.
func forkDynamicKind() kind {
	return kind{schedule: scheduleForkDynamic, execute: nothing, follow: branches, early: true, final: true}
}

func scheduleForkDynamic(m *mapping) ([]*task, error) {
	if err := needsJoin(m.n); err != nil {
		return nil, err
	}
	t := m.newFork()
	forked, err := m.forkedTasks(t.Wire.InputData)
	if err != nil {
		return nil, err
	}
	names, defs := []any{}, []any{}
	for i := range forked {
		names = append(names, forked[i].TaskReferenceName)
		def, err := plainMap(&forked[i])
		if err != nil {
			return nil, err
		}
		defs = append(defs, def)
	}
	t.Wire.InputData["forkedTasks"], t.Wire.InputData["forkedTaskDefs"] = names, defs
	m.env.forked = true
	if t.forked, err = m.env.grow(forked, m.n); err != nil {
		return nil, err
	}
	return []*task{t}, nil
}

// forkedTasks reads the branches from the input, in whichever of the three forms they are. A list of inputs counts before all else.
func (m *mapping) forkedTasks(input map[string]any) ([]conductor.WorkflowTask, error) {
	def := m.n.task
	inputs, isList := input["forkTaskInputs"].([]any)
	switch {
	case isList:
		return m.repeatedTasks(input, inputs), nil
	case def.DynamicForkTasksParam != "":
		return listedTasks(def.DynamicForkTasksParam, input[def.DynamicForkTasksParam], input[def.DynamicForkTasksInputParamName])
	}
	return joinedTasks(def.DynamicForkJoinTasksParam, input)
}

// listedTasks is a list of tasks, and an object with the input of each by reference name.
func listedTasks(param string, given, inputs any) ([]conductor.WorkflowTask, error) {
	var tasks []conductor.WorkflowTask
	if _, isList := given.([]any); !isList || reread(given, &tasks) != nil {
		return nil, failed("Input '%s' is invalid. Cannot deserialize a list of Workflow Tasks from '%s'", param, javaText(given))
	}
	byRef, isMap := inputs.(map[string]any)
	if !isMap && len(tasks) > 0 {
		return nil, failed("Input to the dynamically forked tasks is not a map -> expecting a map of K,V  but found %s", javaText(inputs))
	}
	for i := range tasks {
		own, _ := byRef[tasks[i].TaskReferenceName].(map[string]any)
		tasks[i].InputParameters = maps.Clone(tasks[i].InputParameters)
		maps.Copy(tasks[i].InputParameters, own)
	}
	return tasks, nil
}

// joinedTasks is the oldest form: {"dynamicTasks": [{taskName, workflowName, referenceName, input, type}]}.
func joinedTasks(param string, input map[string]any) ([]conductor.WorkflowTask, error) {
	given := input[param]
	var wrapped struct {
		DynamicTasks []struct {
			TaskName      string         `json:"taskName"`
			WorkflowName  string         `json:"workflowName"`
			ReferenceName string         `json:"referenceName"`
			Input         map[string]any `json:"input"`
			Type          string         `json:"type"`
		} `json:"dynamicTasks"`
	}
	if _, isMap := given.(map[string]any); !isMap || reread(given, &wrapped) != nil {
		if param == "" {
			param = "null"
		}
		return nil, failed("Dynamic tasks could not be created. The value of %s from task's input %s has no dynamic tasks to be scheduled",
			param, javaText(input))
	}
	tasks := make([]conductor.WorkflowTask, 0, len(wrapped.DynamicTasks))
	for _, one := range wrapped.DynamicTasks {
		task := conductor.WorkflowTask{
			Name: one.TaskName, TaskReferenceName: one.ReferenceName, Type: one.Type, InputParameters: copyMap(one.Input),
		}
		if task.Type == "" {
			task.Type = typeSimple
		}
		if one.WorkflowName != "" {
			task.SubWorkflowParam = &conductor.SubWorkflowParams{Name: one.WorkflowName}
		}
		tasks = append(tasks, task)
	}
	return tasks, nil
}

// repeatedTasks is one task, or one workflow, for each of a list of inputs. Without a name it is called as its type, and a SIMPLE one as the
// fork.
func (m *mapping) repeatedTasks(input map[string]any, inputs []any) []conductor.WorkflowTask {
	name, workflow, taskType := textOf(input["forkTaskName"]), textOf(input["forkTaskWorkflow"]), textOf(input["forkTaskType"])
	switch {
	case name != "" || workflow != "":
	case isSimple(taskType):
		name = m.n.ref()
	default:
		name = taskType
	}
	tasks := make([]conductor.WorkflowTask, 0, len(inputs))
	for i, given := range inputs {
		own, isMap := given.(map[string]any)
		if !isMap {
			own = map[string]any{"input": given}
		}
		task := conductor.WorkflowTask{
			Name: name, TaskReferenceName: fmt.Sprintf("_%s_%d", m.forkPrefix(name), i), Type: taskType,
			InputParameters: maps.Clone(own), Optional: m.n.task.Optional,
		}
		task.InputParameters["__index"] = int64(i)
		task.Expression, task.EvaluatorType = textOf(own["expression"]), textOf(own["evaluatorType"])
		if task.Type == "" {
			task.Type = typeSimple
		}
		if workflow != "" {
			task.Name, task.Type = workflow, typeSubWorkflow
			task.SubWorkflowParam = &conductor.SubWorkflowParams{Name: workflow, Version: input["forkTaskWorkflowVersion"]}
		}
		tasks = append(tasks, task)
	}
	return tasks
}

// forkPrefix keeps the reference names of several dynamic forks apart: later ones carry the fork's own.
func (m *mapping) forkPrefix(name string) string {
	switch {
	case name == "":
		return m.n.ref()
	case m.x.forkedBefore || m.env.forked:
		return m.n.ref() + "_" + name
	}
	return name
}

func failed(format string, args ...any) error {
	return &conclusion{status: conductor.WorkflowFailed, reason: fmt.Sprintf(format, args...)}
}

func textOf(value any) string {
	text, _ := value.(string)
	return text
}

// reread decodes a value as JSON into what it should be.
func reread(value, into any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return conductor.Decode(data, into)
}

// grow makes the nodes of tasks that are not in the definition, below the fork that starts them.
func (e *Engine) grow(tasks []conductor.WorkflowTask, parent *node) ([]*node, error) {
	builder := e.planner()
	builder.dynamic = true
	builder.plan = &plan{nodes: map[string]*node{}}
	seen := map[string]bool{}
	var nodes []*node
	for i := range tasks {
		if seen[tasks[i].TaskReferenceName] {
			continue
		}
		seen[tasks[i].TaskReferenceName] = true
		nodes = append(nodes, builder.add(&tasks[i], parent))
	}
	if builder.plan.orphan != "" {
		return nil, failed("%s", builder.plan.orphan)
	}
	return nodes, nil
}

// sprout makes the nodes of tasks that start now.
func (e *Engine) sprout(tasks []conductor.WorkflowTask, parent *node) ([]*node, error) {
	for i := range tasks {
		if e.undefined(&tasks[i]) {
			return nil, failed("Invalid task specified. Cannot find task by name %s in the task definitions", tasks[i].Name)
		}
	}
	return e.grow(tasks, parent)
}

// undefined reports whether a task has a type of its users' own and no definition, which is wanted of it then.
func (e *Engine) undefined(task *conductor.WorkflowTask) bool {
	_, known := e.definitions.task(task.Name)
	_, runs := e.kinds.byType[task.Type]
	return !known && !runs && !isSimple(task.Type) && task.TaskDefinition == nil
}

// plant makes the dynamic tasks of a fork known by their reference names.
func (x *execution) plant(fork *task) {
	if len(fork.forked) == 0 {
		return
	}
	if x.planted == nil {
		x.planted = map[string]*node{}
	}
	x.forkedBefore = true
	at := fork.place()
	for _, n := range fork.forked {
		x.planted[at.ref(n)] = n
		n.eachInside(func(inner *node) { x.planted[at.ref(inner)] = inner })
	}
}

// regrow makes the nodes of a loaded fork again.
func (e *Engine) regrow(fork *task) error {
	given, dynamic := fork.Wire.InputData["forkedTaskDefs"]
	if fork.Wire.TaskType != typeFork || !dynamic {
		return nil
	}
	var tasks []conductor.WorkflowTask
	if err := reread(given, &tasks); err != nil {
		return err
	}
	nodes, err := e.grow(tasks, fork.node)
	fork.forked = nodes
	return err
}
