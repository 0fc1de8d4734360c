package engine

import (
	"encoding/json"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// cacheRule is cacheConfig of a task in a definition: its output counts for others with the same key for some time.
type cacheRule struct {
	Key        string `json:"key"`
	TTLSeconds int64  `json:"ttlInSecond"`

	key template
}

// cacheRuleOf reads the rule of a task; nil where it has none that could ever hold.
func cacheRuleOf(t *conductor.WorkflowTask) *cacheRule {
	var rule cacheRule
	if len(t.CacheConfig) == 0 || json.Unmarshal(t.CacheConfig, &rule) != nil || rule.Key == "" || rule.TTLSeconds <= 0 {
		return nil
	}
	rule.key = compile(rule.Key)
	return &rule
}

// maxCached is how many outputs are kept.
const maxCached = 10_000

// cacheKey is scoped by the task's name; its text comes from the task's input.
type cacheKey struct{ task, text string }

type cached struct {
	output map[string]any
	until  int64
}

// cache keeps the outputs of tasks that their definitions let others have. It is no state that a restart would have to bring back.
type cache struct {
	mu      sync.Mutex
	outputs map[cacheKey]cached
}

func newCache() *cache { return &cache{outputs: map[cacheKey]cached{}} }

func (c *cache) get(key cacheKey, now int64) (map[string]any, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, known := c.outputs[key]
	if known && now >= found.until {
		delete(c.outputs, key)
		known = false
	}
	return found.output, known
}

func (c *cache) put(key cacheKey, output map[string]any, until, now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.outputs) >= maxCached {
		for old, held := range c.outputs {
			if now >= held.until {
				delete(c.outputs, old)
			}
		}
	}
	if len(c.outputs) >= maxCached {
		clear(c.outputs)
	}
	c.outputs[key] = cached{output, until}
}

// ClearCache forgets the cached outputs of a task: POST /admin/cache/clear/{taskDefName}.
func (e *Engine) ClearCache(task string) {
	if e.cache == nil {
		return
	}
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	for key := range e.cache.outputs {
		if key.task == task {
			delete(e.cache.outputs, key)
		}
	}
}

// cacheKey is under what the task's output is kept. ${NAME} in the rule's key is an input of the task.
func (t *task) cacheKey() cacheKey {
	text := t.node.cache.key.resolve(&scope{x: t.x, input: t.Wire.InputData})
	return cacheKey{task: t.Wire.TaskDefName, text: javaText(text)}
}

// recall ends a new task with an output that is kept for it.
func (t *task) recall(env *environment) {
	if env.cache == nil || t.node.cache == nil || t.Wire.Status != conductor.TaskScheduled {
		return
	}
	if output, known := env.cache.get(t.cacheKey(), env.now); known {
		t.Wire.OutputData = output
		t.ended(conductor.TaskCompleted, "", env.now)
	}
}

// remember keeps the outputs of tasks that have ended well, for others.
func (e *Engine) remember(tasks []*task, now int64) {
	if e.cache == nil {
		return
	}
	for _, t := range tasks {
		e.cache.put(t.cacheKey(), t.Wire.OutputData, after(now, t.node.cache.TTLSeconds), now)
	}
}
