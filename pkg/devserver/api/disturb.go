package api

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Disturbance is a fault that is made on purpose, so that a worker's answer to it can be tested.
type Disturbance struct {
	ID    int    `json:"id"`
	Fault string `json:"fault"` // see Disturbances; a latency has its duration behind it: "latency=200ms"
	// Path is a pattern of the path below /api ("/tasks/poll/*/*", "*" for all but the separators; see path.Match); empty is every path but /token.
	Path  string  `json:"path,omitempty"`
	Task  string  `json:"task,omitempty"`  // only polls and updates of this task
	Rate  float64 `json:"rate"`            // share of the requests that fit: above 0, up to 1
	Count int     `json:"count,omitempty"` // how often at most; zero is no limit
	Seed  uint64  `json:"seed"`            // of the choice, where rate is below 1: the same requests in the same order have the same fate
	Hits  int     `json:"hits"`            // how often so far
}

const duplicateDelivery = "duplicate-delivery"

// Disturbances are the faults by name; a status of 400 to 599 is one too.
func Disturbances() []string {
	return []string{"401-expired", "403", "429", "503", "html", "reset", "truncate", "latency=DURATION", duplicateDelivery, "lost-update"}
}

// disturber makes the faults. Without any it costs a request one look, and no lock.
type disturber struct {
	api *api

	active atomic.Bool // whether there are rules: every request asks

	mu    sync.Mutex
	last  int
	rules []*disturbance
}

// disturbance is a rule at work. Kept is the answer of a poll that is to be given twice.
type disturbance struct {
	Disturbance

	dice *rand.Rand
	kept []byte
}

func newDisturber(a *api) *disturber { return &disturber{api: a} }

// add checks a rule and puts it at the end; the first that fits a request has it.
func (d *disturber) add(rule Disturbance) (Disturbance, error) {
	kind, value, _ := strings.Cut(rule.Fault, "=")
	switch {
	case kind == "latency":
		if wait, err := time.ParseDuration(value); err != nil || wait <= 0 || wait > time.Minute {
			return rule, fault.Invalid("A latency is a duration up to 1m, such as latency=200ms, not %q", value)
		}
	case !slices.Contains(Disturbances(), rule.Fault) && !errorStatus(rule.Fault):
		return rule, fault.Invalid("Fault %q is none of %s, nor a status from 400 to 599", rule.Fault, strings.Join(Disturbances(), ", "))
	}
	if rule.Rate == 0 {
		rule.Rate = 1
	}
	if rule.Rate < 0 || rule.Rate > 1 {
		return rule, fault.Invalid("A rate is above 0 and up to 1, not %v", rule.Rate)
	}
	if rule.Count < 0 {
		return rule, fault.Invalid("A count is not less than 0")
	}
	if _, err := path.Match(rule.Path, ""); err != nil {
		return rule, fault.Invalid("Path %q is no pattern: %v", rule.Path, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last++
	rule.ID, rule.Hits = d.last, 0
	d.rules = append(d.rules, &disturbance{Disturbance: rule, dice: rand.New(rand.NewPCG(rule.Seed, 0))}) //nolint:gosec // G404: a choice that is to be the same again
	d.active.Store(true)
	return rule, nil
}

func errorStatus(text string) bool {
	status, err := strconv.Atoi(text)
	return err == nil && status >= 400 && status <= 599
}

func (d *disturber) list() []Disturbance {
	d.mu.Lock()
	defer d.mu.Unlock()
	rules := make([]Disturbance, 0, len(d.rules))
	for _, rule := range d.rules {
		rules = append(rules, rule.Disturbance)
	}
	return rules
}

// clear removes the rule of that number, or all where it is zero, and reports whether there was one.
func (d *disturber) clear(id int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := len(d.rules)
	d.rules = slices.DeleteFunc(d.rules, func(rule *disturbance) bool { return id == 0 || rule.ID == id })
	d.active.Store(len(d.rules) > 0)
	return len(d.rules) < before || id == 0
}

// wrap makes the faults before next is asked.
func (d *disturber) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rule := d.choose(r)
		if rule == nil {
			next.ServeHTTP(w, r)
			return
		}
		d.disturb(rule, w, r, next)
	})
}

// choose returns the rule that has this request, nil for most. The server's own routes are never disturbed: rules are removed there.
func (d *disturber) choose(r *http.Request) *disturbance {
	if !d.active.Load() || strings.HasPrefix(r.URL.Path, "/api/dev/") {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	about := ""
	for _, rule := range d.rules {
		if rule.Count > 0 && rule.Hits >= rule.Count || !rule.suits(r) {
			continue
		}
		if rule.Task != "" {
			if about == "" {
				about = d.taskOf(r)
			}
			if about != rule.Task {
				continue
			}
		}
		if rule.Rate < 1 && rule.kept == nil && rule.dice.Float64() >= rule.Rate {
			continue
		}
		if rule.Fault != duplicateDelivery { // which counts when something is given twice
			rule.Hits++
		}
		return rule
	}
	return nil
}

// suits reports whether the rule's path and kind are the request's.
func (rule *disturbance) suits(r *http.Request) bool {
	below := strings.TrimPrefix(r.URL.Path, "/api")
	if below == "/token" && rule.Path == "" {
		return false // nobody could end the fault any more
	}
	if fits, _ := path.Match(rule.Path, below); rule.Path != "" && !fits {
		return false
	}
	switch rule.Fault {
	case duplicateDelivery:
		return strings.HasPrefix(below, "/tasks/poll/")
	case "lost-update":
		return r.Method == http.MethodPost && (below == "/tasks" || below == "/tasks/update-v2")
	default:
		return true
	}
}

// taskOf is the task that a poll or an update is about, "-" where it is about none. An update's body is read, and put back.
func (d *disturber) taskOf(r *http.Request) string {
	below := strings.TrimPrefix(r.URL.Path, "/api")
	if rest, polls := strings.CutPrefix(below, "/tasks/poll/"); polls {
		return strings.TrimPrefix(rest, "batch/")
	}
	if r.Method != http.MethodPost || !strings.HasPrefix(below, "/tasks") {
		return "-"
	}
	data, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), failing{err}))
	var result conductor.TaskResult
	if err != nil || conductor.Decode(data, &result) != nil {
		return "-"
	}
	task, err := d.api.Engine.Task(result.TaskID)
	if err != nil {
		return "-"
	}
	return task.TaskDefName
}

// failing ends a body with the error that reading it had.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}
