package engine

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func cachedTask(ref, rule string) conductor.WorkflowTask {
	task := simple("price", ref)
	task.InputParameters = map[string]any{"sku": "${workflow.input.sku}", "noise": "${workflow.workflowId}"}
	task.CacheConfig = json.RawMessage(rule)
	return task
}

func TestACachedOutputCountsForTheSameKey(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, cachedTask("p", `{"key":"${sku}-eu","ttlInSecond":60}`), simple("z", "z"))
	first := r.start("flow", map[string]any{"sku": "b1"})
	r.finish("price", conductor.TaskCompleted, map[string]any{"eur": 7})
	second := r.start("flow", map[string]any{"sku": "b1"})
	require.Equal(t, []string{"p:COMPLETED", "z:SCHEDULED"}, r.states(second))
	require.Equal(t, r.workflow(first).Tasks[0].OutputData, r.workflow(second).Tasks[0].OutputData)
	require.Nil(t, r.poll("price"))
	require.Equal(t, []string{"p:SCHEDULED"}, r.states(r.start("flow", map[string]any{"sku": "b2"})), "another key")
	r.clock.Advance(59 * time.Second)
	r.start("flow", map[string]any{"sku": "b1"})
	r.clock.Advance(time.Second)
	require.Equal(t, []string{"p:SCHEDULED"}, r.states(r.start("flow", map[string]any{"sku": "b1"})), "its time is over, however often it was used")
}

func TestWhatIsNotCached(t *testing.T) {
	r := newRig(t)
	r.taskDef("price", func(d *conductor.TaskDef) { d.RetryCount = 0 })
	for _, rule := range []string{`{}`, `{"key":"a"}`, `{"key":"a","ttlInSecond":0}`, `{"ttlInSecond":5}`, `"text"`, `null`} {
		r.flow("flow", nil, cachedTask("p", rule))
		r.start("flow", nil)
		r.finish("price", conductor.TaskCompleted, nil)
		r.start("flow", nil)
		require.NotNil(t, r.poll("price"), rule)
	}
	r.flow("flow", nil, cachedTask("p", `{"key":"a","ttlInSecond":60}`))
	r.start("flow", nil)
	r.finish("price", conductor.TaskFailed, map[string]any{"bad": true})
	r.start("flow", nil)
	r.finish("price", conductor.TaskCompleted, map[string]any{"good": true})
	require.Equal(t, map[string]any{"good": true}, r.workflow(r.start("flow", nil)).Output, "what failed is not")
	r.ClearCache("other")
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(r.start("flow", nil)).Status)
	r.ClearCache("price")
	require.Equal(t, conductor.WorkflowRunning, r.workflow(r.start("flow", nil)).Status)
}

func TestOpenSourceCachesNothing(t *testing.T) {
	r := newRig(t, func(o *Options) { o.CacheOutputs = false })
	r.flow("flow", nil, cachedTask("p", `{"key":"a","ttlInSecond":60}`))
	r.start("flow", nil)
	r.finish("price", conductor.TaskCompleted, nil)
	require.Equal(t, []string{"p:SCHEDULED"}, r.states(r.start("flow", nil)))
	r.ClearCache("price")
}

func TestTheCacheIsBounded(t *testing.T) {
	c := newCache()
	for i := range maxCached + 5 {
		c.put(cacheKey{"t", fmt.Sprint(i)}, nil, 10, 0)
	}
	require.LessOrEqual(t, len(c.outputs), maxCached)
	c.put(cacheKey{"t", "new"}, map[string]any{"x": 1}, 1000, 100)
	output, known := c.get(cacheKey{"t", "new"}, 500)
	require.True(t, known)
	require.Equal(t, map[string]any{"x": 1}, output)
}
