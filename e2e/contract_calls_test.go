package e2e

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// played is what the calls of the contract leave for one another.
type played struct {
	app, key, execution string
	task                conductor.Task
}

// contractCall is one use of one method of the client, named "Service.Method".
type contractCall struct {
	method string
	call   func(ctx context.Context, c *conductor.Client, p *played) error
}

// contractCalls uses every method of the client, in an order in which each finds what it needs.
func contractCalls() []contractCall {
	return slices.Concat(tokenCalls(), definitionCalls(), workCalls(), accessCalls(), vaultCalls(), scheduleCalls(), eventCalls(), webhookCalls(), waitingCalls(), steeringCalls(), endingCalls())
}

const inventoryTask = `{"name":"get-inventory","timeoutSeconds":60,"totalTimeoutSeconds":0,"responseTimeoutSeconds":30}`

const inventoryFlow = `{"name":"get-inventory-demo","version":1,"schemaVersion":2,"timeoutSeconds":0,"tasks":[
	{"name":"get-inventory","taskReferenceName":"one","type":"SIMPLE","inputParameters":{"id":"${workflow.input.id}"}},
	{"name":"get-inventory","taskReferenceName":"two","type":"SIMPLE"}]}`

func tokenCalls() []contractCall {
	return []contractCall{
		{"Token.Mint", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Token.Mint(ctx)) }},
		{"Token.UserInfo", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Token.UserInfo(ctx)) }},
	}
}

func definitionCalls() []contractCall {
	return []contractCall{
		{"Server.Version", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Server.Version(ctx)) }},
		{"Server.Health", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Server.Health(ctx)) }},
		{"Server.Kind", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Server.Kind(ctx)) }},
		{"TaskDefs.Put", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.TaskDefs.Put(ctx, []json.RawMessage{json.RawMessage(inventoryTask)})
		}},
		{"TaskDefs.List", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.TaskDefs.List(ctx)) }},
		{"TaskDefs.Get", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.TaskDefs.Get(ctx, taskName))
		}},
		{"WorkflowDefs.Create", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.WorkflowDefs.Create(ctx, json.RawMessage(inventoryFlow), conductor.PutOptions{Overwrite: true})
		}},
		{"WorkflowDefs.PutAll", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.WorkflowDefs.PutAll(ctx, []json.RawMessage{json.RawMessage(inventoryFlow)})
		}},
		{"WorkflowDefs.List", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.WorkflowDefs.List(ctx)) }},
		{"WorkflowDefs.Get", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.WorkflowDefs.Get(ctx, "get-inventory-demo", 1))
		}},
	}
}

func workCalls() []contractCall {
	poll := conductor.PollRequest{TaskType: taskName, WorkerID: "contract", Count: 1, Timeout: 50 * time.Millisecond}
	return []contractCall{
		{"Workflows.Start", func(ctx context.Context, c *conductor.Client, p *played) (err error) {
			p.execution, err = c.Workflows.Start(ctx, conductor.StartWorkflowRequest{
				Name: "get-inventory-demo", Input: map[string]any{"id": "42"}, CorrelationID: "c", Priority: 5,
			})
			return err
		}},
		{"Workflows.Get", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Workflows.Get(ctx, p.execution, true))
		}},
		{"Workflows.Status", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Workflows.Status(ctx, p.execution))
		}},
		{"Workflows.Search", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Workflows.Search(ctx, conductor.SearchQuery{Size: 5, Sort: "startTime:DESC", Query: "status IN (RUNNING)"}))
		}},
		{"Tasks.QueueSizes", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Tasks.QueueSizes(ctx, taskName))
		}},
		{"Tasks.QueueSize", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Tasks.QueueSize(ctx, taskName, ""))
		}},
		{"Tasks.QueuesAll", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Tasks.QueuesAll(ctx)) }},
		{"Tasks.Poll", func(ctx context.Context, c *conductor.Client, p *played) error {
			task, err := c.Tasks.Poll(ctx, poll)
			if task != nil {
				p.task = task.Value
			}
			return err
		}},
		{"Tasks.Poll", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Tasks.Poll(ctx, poll)) }}, // now empty
		{"Tasks.PollData", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Tasks.PollData(ctx, taskName))
		}},
		{"Tasks.PollDataAll", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Tasks.PollDataAll(ctx))
		}},
		{"Tasks.Search", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Tasks.Search(ctx, conductor.SearchQuery{Size: 5, Sort: "scheduledTime:DESC", Query: "taskDefName = " + taskName}))
		}},
		{"Tasks.Get", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Tasks.Get(ctx, p.task.TaskID))
		}},
		{"Tasks.Log", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Tasks.Log(ctx, p.task.TaskID, "counting")
		}},
		{"Tasks.Logs", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Tasks.Logs(ctx, p.task.TaskID))
		}},
		{"Tasks.Update", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Tasks.Update(ctx, p.result(conductor.TaskCompleted))
		}},
		{"Tasks.PollBatch", func(ctx context.Context, c *conductor.Client, p *played) error {
			tasks, err := c.Tasks.PollBatch(ctx, poll)
			if len(tasks) == 1 {
				p.task = tasks[0].Value
			}
			return err
		}},
		{"Tasks.UpdateV2", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Tasks.UpdateV2(ctx, p.result(conductor.TaskCompleted)))
		}},
	}
}

func (p *played) result(status string) conductor.TaskResult {
	return conductor.TaskResult{
		WorkflowInstanceID: p.execution, TaskID: p.task.TaskID, WorkerID: "contract", Status: status, OutputData: map[string]any{"stock": 3},
	}
}

func accessCalls() []contractCall {
	tags := []conductor.Tag{{Key: "team", Value: "a"}}
	target := conductor.Target{Type: "TASK_DEF", ID: taskName}
	grant := func(p *played) conductor.Authorization {
		return conductor.Authorization{Subject: conductor.Subject{Type: "USER", ID: "app:" + p.app}, Target: target, Access: []string{"EXECUTE"}}
	}
	return []contractCall{
		{"Applications.Create", func(ctx context.Context, c *conductor.Client, p *played) error {
			app, err := c.Applications.Create(ctx, "get-inventory-worker")
			p.app = app.Value.ID
			return err
		}},
		{"Applications.List", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Applications.List(ctx)) }},
		{"Applications.Get", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Applications.Get(ctx, p.app))
		}},
		{"Applications.Rename", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Applications.Rename(ctx, p.app, "renamed"))
		}},
		{"Applications.CreateKey", func(ctx context.Context, c *conductor.Client, p *played) error {
			key, err := c.Applications.CreateKey(ctx, p.app)
			p.key = key.ID
			return err
		}},
		{"Applications.Keys", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Applications.Keys(ctx, p.app))
		}},
		{"Applications.ByKey", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Applications.ByKey(ctx, p.key))
		}},
		{"Applications.ToggleKey", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Applications.ToggleKey(ctx, p.app, p.key))
		}},
		{"Applications.DeleteKey", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Applications.DeleteKey(ctx, p.app, p.key)
		}},
		{"Applications.AddRole", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Applications.AddRole(ctx, p.app, "WORKER")
		}},
		{"Applications.PutTags", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Applications.PutTags(ctx, p.app, tags)
		}},
		{"Applications.Tags", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Applications.Tags(ctx, p.app))
		}},
		{"Authorization.Grant", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Authorization.Grant(ctx, grant(p))
		}},
		{"Authorization.ByTarget", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Authorization.ByTarget(ctx, target))
		}},
		{"Authorization.BySubject", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Authorization.BySubject(ctx, conductor.Subject{Type: "USER", ID: "jane"}))
		}},
		{"Users.List", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Users.List(ctx, true)) }},
		{"Users.Get", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Users.Get(ctx, "app:"+p.app))
		}},
		{"Users.Permissions", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Users.Permissions(ctx, "app:"+p.app))
		}},
		{"Users.CheckPermissions", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Users.CheckPermissions(ctx, "app:"+p.app, target))
		}},
		{"Authorization.Revoke", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Authorization.Revoke(ctx, grant(p))
		}},
		{"Applications.DeleteTags", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Applications.DeleteTags(ctx, p.app, tags)
		}},
		{"Applications.RemoveRole", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Applications.RemoveRole(ctx, p.app, "WORKER")
		}},
		{"Applications.Delete", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Applications.Delete(ctx, p.app)
		}},
	}
}

const waitingFlow = `{"name":"approval","version":1,"timeoutSeconds":0,"tasks":[{"name":"wait","taskReferenceName":"wait","type":"WAIT"},
	{"name":"wait2","taskReferenceName":"wait2","type":"WAIT"}]}`

// waitingCalls answer when a workflow does not go on by itself.
func waitingCalls() []contractCall {
	request := conductor.StartWorkflowRequest{Name: "approval", Input: map[string]any{"id": "42"}, CorrelationID: "c"}
	return []contractCall{
		{"WorkflowDefs.Create", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.WorkflowDefs.Create(ctx, json.RawMessage(waitingFlow), conductor.PutOptions{Overwrite: true})
		}},
		{"Workflows.Execute", func(ctx context.Context, c *conductor.Client, p *played) error {
			run, err := c.Workflows.Execute(ctx, request, 1, 5)
			p.execution = run.WorkflowID
			return err
		}},
		{"Workflows.Signal", func(ctx context.Context, c *conductor.Client, p *played) error {
			return only(c.Workflows.Signal(ctx, p.execution, "COMPLETED", map[string]any{"ok": true}))
		}},
		{"Workflows.Test", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Workflows.Test(ctx, conductor.WorkflowTestRequest{StartWorkflowRequest: request, TaskRefToMockOutput: map[string][]conductor.TaskMock{
				"wait": {{Status: "COMPLETED", Output: map[string]any{"ok": true}}}, "wait2": {{Status: "FAILED"}},
			}}))
		}},
	}
}

// vaultCalls are about secrets and environment variables, which open source only reads.
func vaultCalls() []contractCall {
	return []contractCall{
		{"Secrets.Put", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Secrets.Put(ctx, "key", "hush")
		}},
		{"Secrets.Names", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Secrets.Names(ctx)) }},
		{"Secrets.Exists", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Secrets.Exists(ctx, "key"))
		}},
		{"Secrets.Get", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Secrets.Get(ctx, "key"))
		}},
		{"Secrets.Delete", func(ctx context.Context, c *conductor.Client, _ *played) error { return c.Secrets.Delete(ctx, "key") }},
		{"Environment.Put", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Environment.Put(ctx, "region", "eu")
		}},
		{"Environment.List", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Environment.List(ctx)) }},
		{"Environment.Get", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Environment.Get(ctx, "region"))
		}},
		{"Environment.Delete", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Environment.Delete(ctx, "region")
		}},
	}
}

// scheduleCalls are about schedules. The answers of both products are alike.
func scheduleCalls() []contractCall {
	const schedule = `{"name":"nightly","cronExpression":"0 0 2 * * ?","zoneId":"UTC","startWorkflowRequest":{"name":"get-inventory-demo","input":{"id":"42"}}}`
	return []contractCall{
		{"Schedules.Put", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Schedules.Put(ctx, json.RawMessage(schedule))
		}},
		{"Schedules.List", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Schedules.List(ctx, ""))
		}},
		{"Schedules.Get", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Schedules.Get(ctx, "nightly"))
		}},
		{"Schedules.Pause", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Schedules.Pause(ctx, "nightly", "")
		}},
		{"Schedules.Resume", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Schedules.Resume(ctx, "nightly")
		}},
		{"Schedules.Runs", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Schedules.Runs(ctx, conductor.SearchQuery{Size: 5, Query: "nightly"}))
		}},
		{"Schedules.Delete", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Schedules.Delete(ctx, "nightly")
		}},
	}
}

// steeringCalls are what Orkes alone lets an operator do.
func steeringCalls() []contractCall {
	return []contractCall{
		{"Workflows.Start", func(ctx context.Context, c *conductor.Client, p *played) (err error) {
			p.execution, err = c.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: "get-inventory-demo", Input: map[string]any{"id": "42"}})
			return err
		}},
		{"Workflows.UpdateState", func(ctx context.Context, c *conductor.Client, _ *played) error {
			run, err := c.Workflows.Execute(ctx, conductor.StartWorkflowRequest{Name: "approval"}, 1, 5)
			if err != nil {
				return err
			}
			return only(c.Workflows.UpdateState(ctx, run.WorkflowID, "q", conductor.WorkflowStateUpdate{
				TaskReferenceName: "wait", Variables: map[string]any{"v": 1},
				TaskResult: &conductor.TaskResult{WorkflowInstanceID: run.WorkflowID, TaskID: "wait", Status: "COMPLETED", OutputData: map[string]any{"ok": true}},
			}))
		}},
		{"Tasks.UpdateByRef", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Tasks.UpdateByRef(ctx, p.execution, "one", "IN_PROGRESS", map[string]any{"half": 1})
		}},
		{"Workflows.SetVariables", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.SetVariables(ctx, p.execution, map[string]any{"n": 1})
		}},
		{"Workflows.Upgrade", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Upgrade(ctx, p.execution, conductor.UpgradeWorkflowRequest{Name: "get-inventory-demo", Version: 1})
		}},
		{"Workflows.Jump", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Jump(ctx, p.execution, "two", nil)
		}},
	}
}

func endingCalls() []contractCall {
	return []contractCall{
		{"Workflows.Start", func(ctx context.Context, c *conductor.Client, p *played) (err error) {
			p.execution, err = c.Workflows.Start(ctx, conductor.StartWorkflowRequest{
				Name: "get-inventory-demo", Input: map[string]any{"id": "42"}, TaskToDomain: map[string]string{taskName: domainName}, IdempotencyKey: "k", IdempotencyStrategy: "FAIL",
			})
			return err
		}},
		{"Workflows.Pause", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Pause(ctx, p.execution)
		}},
		{"Workflows.Resume", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Resume(ctx, p.execution)
		}},
		{"Workflows.Skip", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Skip(ctx, p.execution, "two", conductor.SkipTaskRequest{TaskOutput: map[string]any{"stock": 0}})
		}},
		{"Workflows.ResetCallbacks", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.ResetCallbacks(ctx, p.execution)
		}},
		{"Workflows.Terminate", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Terminate(ctx, p.execution, "not yet")
		}},
		{"Workflows.Restart", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Restart(ctx, p.execution, true)
		}},
		{"Workflows.Terminate", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Terminate(ctx, p.execution, "not yet")
		}},
		{"Workflows.Retry", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Retry(ctx, p.execution, true)
		}},
		{"Workflows.Terminate", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Terminate(ctx, p.execution, "not yet")
		}},
		{"Workflows.Rerun", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Rerun(ctx, p.execution, conductor.RerunWorkflowRequest{WorkflowInput: map[string]any{"id": "43"}})
		}},
		{"Workflows.Terminate", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Terminate(ctx, p.execution, "enough")
		}},
		{"Workflows.Remove", func(ctx context.Context, c *conductor.Client, p *played) error {
			return c.Workflows.Remove(ctx, p.execution)
		}},
		{"WorkflowDefs.Delete", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.WorkflowDefs.Delete(ctx, "get-inventory-demo", 1)
		}},
		{"TaskDefs.Delete", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.TaskDefs.Delete(ctx, taskName)
		}},
	}
}

func only[T any](_ T, err error) error { return err }

// A new method of the client has to be added to the contract.
func TestContractUsesEveryMethodOfTheClient(t *testing.T) {
	used := map[string]bool{}
	for _, call := range contractCalls() {
		used[call.method] = true
	}
	client := reflect.TypeFor[conductor.Client]()
	for i := range client.NumField() {
		field := client.Field(i)
		if !field.IsExported() {
			continue
		}
		for j := range field.Type.NumMethod() {
			name := field.Name + "." + field.Type.Method(j).Name
			require.True(t, used[name], "%s is not part of the contract", name)
			delete(used, name)
		}
	}
	require.Empty(t, used, "methods that the client does not have")
}
