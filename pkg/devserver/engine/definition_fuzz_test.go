package engine

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// definitionSeeds have each kind of task, right and wrong.
func definitionSeeds() []string {
	return []string{
		`{"name":"w","tasks":[{"name":"a","taskReferenceName":"a","inputParameters":{"x":"${workflow.input.y} ${a.output.z[0]}"}}],"outputParameters":{"o":"${a.output}"}}`,
		`{"name":"w","tasks":[{"name":"s","taskReferenceName":"s","type":"SWITCH","evaluatorType":"javascript","expression":"$.x","inputParameters":{"x":"a"},"decisionCases":{"a":[{"name":"n","taskReferenceName":"n","type":"NOOP"}]},"defaultCase":[{"name":"b","taskReferenceName":"b"}]}]}`,
		`{"name":"w","tasks":[{"name":"s","taskReferenceName":"s","type":"SWITCH","evaluatorType":"value-param","expression":"x","inputParameters":{"x":"${workflow.input.n}"}}]}`,
		`{"name":"w","tasks":[{"name":"d","taskReferenceName":"d","type":"DECISION","caseValueParam":"c","inputParameters":{"c":1},"decisionCases":{"1":[{"name":"t","taskReferenceName":"t","type":"TERMINATE","inputParameters":{"terminationStatus":"FAILED"}}]}}]}`,
		`{"name":"w","tasks":[{"name":"f","taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[{"name":"a","taskReferenceName":"a"}],[{"name":"b","taskReferenceName":"b","optional":true}],[]]},{"name":"j","taskReferenceName":"j","type":"JOIN","joinOn":["a","b","none"]}]}`,
		`{"name":"w","tasks":[{"name":"f","taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[{"name":"a","taskReferenceName":"a"}]]},{"name":"j","taskReferenceName":"j","type":"EXCLUSIVE_JOIN","joinOn":["a"],"defaultExclusiveJoinTask":["a"]}]}`,
		`{"name":"w","tasks":[{"name":"f","taskReferenceName":"f","type":"FORK_JOIN_DYNAMIC","dynamicForkTasksParam":"t","dynamicForkTasksInputParamName":"i","inputParameters":{"t":[{"name":"x","taskReferenceName":"x"},{"name":"y","taskReferenceName":"y","type":"SUB_WORKFLOW","subWorkflowParam":{"name":"w"}}],"i":{"x":{"a":1}}}},{"name":"j","taskReferenceName":"j","type":"JOIN"}]}`,
		`{"name":"w","tasks":[{"name":"f","taskReferenceName":"f","type":"FORK_JOIN_DYNAMIC","inputParameters":{"forkTaskName":"x","forkTaskInputs":[{"a":1},2,null]}},{"name":"j","taskReferenceName":"j","type":"JOIN"}]}`,
		`{"name":"w","tasks":[{"name":"l","taskReferenceName":"l","type":"DO_WHILE","loopCondition":"$.l['iteration'] < 3","loopOver":[{"name":"a","taskReferenceName":"a"},{"name":"i","taskReferenceName":"i","type":"INLINE","inputParameters":{"evaluatorType":"javascript","expression":"$.q * 2","q":"${l.iteration}"}}]}]}`,
		`{"name":"w","tasks":[{"name":"l","taskReferenceName":"l","type":"DO_WHILE","items":"${workflow.input.list}","inputParameters":{"items":[1,2],"keepLastN":1},"loopOver":[{"name":"k","taskReferenceName":"k","type":"DO_WHILE","loopCondition":"false","loopOver":[{"name":"a","taskReferenceName":"a"}]}]}]}`,
		`{"name":"w","tasks":[{"name":"s","taskReferenceName":"s","type":"SUB_WORKFLOW","subWorkflowParam":{"name":"v","workflowDefinition":{"name":"v","tasks":[{"name":"a","taskReferenceName":"a"}]}}}],"failureWorkflow":"w"}`,
		`{"name":"w","tasks":[{"name":"s","taskReferenceName":"s","type":"SUB_WORKFLOW","subWorkflowParam":{"name":"w","version":1}}]}`,
		`{"name":"w","tasks":[{"name":"s","taskReferenceName":"s","type":"START_WORKFLOW","inputParameters":{"startWorkflow":{"name":"w","input":{"a":1}}}},{"name":"v","taskReferenceName":"v","type":"SET_VARIABLE","inputParameters":{"v":"${s.output}"}}]}`,
		`{"name":"w","tasks":[{"name":"d","taskReferenceName":"d","type":"DYNAMIC","dynamicTaskNameParam":"n","inputParameters":{"n":"NOOP"}},{"name":"q","taskReferenceName":"q","type":"JSON_JQ_TRANSFORM","inputParameters":{"queryExpression":"[.a[]|.+1]","a":[1,"x"]}}]}`,
		`{"name":"w","tasks":[{"name":"t","taskReferenceName":"t","type":"WAIT","inputParameters":{"duration":"1 day 2s"}},{"name":"h","taskReferenceName":"h","type":"HUMAN"},{"name":"e","taskReferenceName":"e","type":"EVENT","sink":"conductor:x"},{"name":"k","taskReferenceName":"k","type":"KAFKA_PUBLISH"}]}`,
		`{"name":"w","timeoutSeconds":5,"timeoutPolicy":"TIME_OUT_WF","inputTemplate":{"a":1},"variables":{"b":[]},"tasks":[{"name":"h","taskReferenceName":"h","type":"HTTP","inputParameters":{"http_request":{"uri":"http://x/","method":"GET"}},"retryCount":2,"startDelay":1,"asyncComplete":true},{"name":"g","taskReferenceName":"g","type":"GET_WORKFLOW","inputParameters":{"id":"${workflow.workflowId}"}}]}`,
		`{"name":"w","tasks":[{"name":"u","taskReferenceName":"u","type":"UPDATE_TASK","inputParameters":{"workflowId":"${workflow.workflowId}","taskRefName":"u","taskStatus":"COMPLETED"}},{"name":"p","taskReferenceName":"p","type":"HTTP_POLL","inputParameters":{"http_request":{"uri":"http://x","pollingInterval":1,"terminationCondition":"true"}}},{"name":"x","taskReferenceName":"x","type":"TERMINATE_WORKFLOW","inputParameters":{"workflowId":["${workflow.workflowId}"]}}]}`,
		`{"name":"w","tasks":[{"name":"a","taskReferenceName":"a","cacheConfig":{"key":"${x}","ttlInSecond":9},"retryCount":-1,"taskDefinition":{"name":"a","retryCount":3,"retryDelaySeconds":1,"timeoutSeconds":2,"responseTimeoutSeconds":1,"timeoutPolicy":"RETRY"}}]}`,
	}
}

// Whatever a definition holds: it is refused, or it is registered and started, and then it ends or waits for somebody or for a time. It never
// panics, and never goes on without an open task.
func FuzzDefinition(f *testing.F) {
	for _, seed := range definitionSeeds() {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		def := conductor.NewWorkflowDef()
		if conductor.Decode(data, &def) != nil || len(data) > 4096 {
			return
		}
		r := newRig(t, func(o *Options) { o.Web = answering{} })
		r.maxKin = 200
		r.scripts = &javascript{limit: 50 * time.Millisecond, now: time.Now, programs: newJavascript().programs}
		if _, err := r.PutWorkflowDef(t.Context(), def, PutMode{Overwrite: true}, "me"); err != nil {
			require.NotEqual(t, fault.KindInternal, fault.KindOf(err), "%v", err)
			return
		}
		id, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: def.Name, WorkflowDef: &def, Input: map[string]any{"y": "z"}}, "me")
		if err != nil {
			require.NotEqual(t, fault.KindInternal, fault.KindOf(err), "%v", err)
			return
		}
		for range 20 {
			r.someWork()
			r.jobs.running.Wait()
			r.clock.Advance(time.Second)
		}
		for _, x := range r.index.everything() {
			r.requireAlive(x.id)
		}
		require.NotEmpty(t, r.workflow(id).WorkflowID)
	})
}

// someWork completes what waits in queues, of each queue a few tasks.
func (r *rig) someWork() {
	for _, q := range r.queues.all() {
		tasks, err := r.Poll(r.t.Context(), PollRequest{TaskType: q.taskType, Domain: q.domain, Count: 20})
		require.NoError(r.t, err)
		for _, task := range tasks {
			r.report(task, conductor.TaskCompleted, map[string]any{"z": []any{1}})
		}
	}
}

// requireAlive fails for an execution that goes on and has nothing that could end it, and for one that JSON cannot hold.
func (r *rig) requireAlive(id string) {
	r.t.Helper()
	wf := r.workflow(id)
	_, err := json.Marshal(wf)
	require.NoError(r.t, err)
	if conductor.WorkflowTerminal(wf.Status) {
		return
	}
	for _, task := range wf.Tasks {
		if !conductor.TaskTerminal(task.Status) {
			return
		}
	}
	require.Failf(r.t, "it hangs", "%v", r.states(id))
}
