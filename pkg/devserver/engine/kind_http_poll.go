package engine

import (
	"context"
	"fmt"
	"math"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// httpPollKind is HTTP_POLL: the same request again and again, until a condition over its answer holds.
func httpPollKind() kind { return kind{schedule: scheduleHTTP, execute: executeHTTPPoll, queued: true} }

// pollInterval is how many seconds pass between two requests, where the task does not say.
const pollInterval = 60

func executeHTTPPoll(_ *execution, t *task, env *environment) []command {
	request, refusal := httpRequestOf(t, env.secret)
	condition := textOf(httpInput(t.Wire.InputData)["terminationCondition"])
	if refusal == "" && condition == "" {
		refusal = "Missing 'terminationCondition' in the input of an HTTP_POLL task"
	}
	if refusal != "" {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: refusal}}
	}
	made, _ := numberOf(t.Wire.OutputData["pollCount"])
	poll := polling{input: t.Wire.InputData, request: request, condition: condition, count: int64(made) + 1, env: env}
	return []command{performTask{task: t, job: poll.once}}
}

type polling struct {
	input     map[string]any
	request   httpRequest
	condition string
	count     int64
	env       *environment
}

// once makes one request. One that fails is made again at the next interval, as is one whose answer is not the last.
func (p polling) once(ctx context.Context) outcome {
	output := map[string]any{"pollCount": p.count}
	over, failure := false, ""
	response, err := p.request.send(ctx, p.env.web)
	if err != nil {
		output["response"] = err.Error()
	} else {
		output["response"] = response
		over, failure = p.holds(output)
	}
	most, limited := numberOf(httpInput(p.input)["maxPollCount"])
	switch {
	case failure != "":
		return outcome{status: conductor.TaskFailedTerminally, reason: failure, output: output}
	case over:
		return outcome{status: conductor.TaskCompleted, output: output}
	case limited && float64(p.count) >= most:
		reason := fmt.Sprintf("terminationCondition did not hold after %d requests", p.count)
		return outcome{status: conductor.TaskFailed, reason: reason, output: output}
	}
	return outcome{status: conductor.TaskInProgress, output: output, again: p.next()}
}

// holds evaluates the condition over the task's input and output: $.output.response.body is the answer.
func (p polling) holds(output map[string]any) (over bool, failure string) {
	scope := map[string]any{"input": p.input, "output": output}
	for key, value := range httpInput(p.input) {
		if _, taken := scope[key]; !taken {
			scope[key] = value
		}
	}
	value, err := p.env.scripts.eval(p.condition, map[string]any{"$": scope})
	if err != nil {
		return false, fmt.Sprintf("Unable to evaluate terminationCondition %s: %s", p.condition, err)
	}
	return truth(value), ""
}

// next is when the next request is due.
func (p polling) next() int64 {
	input := httpInput(p.input)
	seconds, given := numberOf(input["pollingInterval"])
	if !given || seconds <= 0 {
		seconds = pollInterval
	}
	wait := seconds
	switch textOf(input["pollingStrategy"]) {
	case "LINEAR_BACKOFF":
		wait *= float64(p.count)
	case "EXPONENTIAL_BACKOFF":
		wait *= math.Pow(2, float64(p.count-1))
	}
	return after(p.env.clock(), int64(min(wait, maxSeconds)))
}
