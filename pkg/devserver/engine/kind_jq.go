package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/itchyny/gojq"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// queryResults is the most that one query may put out. Its time and memory are bounded as a script's.
const queryResults = 100_000

// jqKind is JSON_JQ_TRANSFORM: a jq query over the task's whole input.
func jqKind() kind { return kind{schedule: scheduleOne, execute: executeJQ} }

func executeJQ(_ *execution, t *task, _ *environment) []command {
	source, isText := t.Wire.InputData["queryExpression"].(string)
	if !isText {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: "Missing 'queryExpression' in input parameters"}}
	}
	results, err := query(source, t.Wire.InputData)
	if err != nil {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: err.Error(), output: map[string]any{"error": err.Error()}}}
	}
	output := map[string]any{"result": nil, "resultList": results}
	if len(results) > 0 {
		output["result"] = results[0]
	}
	return []command{finishTask{task: t, status: conductor.TaskCompleted, output: output}}
}

// query runs jq over a JSON value and returns all results. A query has no access to the host: no environment, files or modules.
func query(source string, input map[string]any) (results []any, err error) {
	parsed, err := gojq.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("jq query %s: %w", source, err)
	}
	code, err := gojq.Compile(parsed)
	if err != nil {
		return nil, fmt.Errorf("jq query %s: %w", source, err)
	}
	defer func() { // a query may recurse deeper than its interpreter bears
		if cause := recover(); cause != nil {
			results, err = nil, fmt.Errorf("jq query %s: %v", source, cause)
		}
	}()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	defer watch("jq query", scriptTime, func(reason string) { cancel(errors.New(reason)) })()
	results = []any{}
	for each := code.RunWithContext(ctx, toQuery(input)); ; {
		value, more := each.Next()
		if !more {
			return results, nil
		}
		if failure, failed := value.(error); failed {
			if interrupted := context.Cause(ctx); interrupted != nil {
				failure = interrupted
			}
			return nil, queryFailure(failure)
		}
		if len(results) == queryResults {
			return nil, fmt.Errorf("jq query %s: more than %d results", source, queryResults)
		}
		results = append(results, fromQuery(value))
	}
}

// queryFailure words an error as the real server does where it is one of the query's own.
func queryFailure(err error) error {
	var own gojq.ValueError
	if errors.As(err, &own) {
		if text, isText := own.Value().(string); isText {
			return errors.New(text)
		}
	}
	return err
}

// toQuery makes what gojq takes of a JSON value; it changes its input, so everything is copied.
func toQuery(value any) any {
	switch v := plain(value).(type) {
	case map[string]any:
		fields := make(map[string]any, len(v))
		for key, item := range v {
			fields[key] = toQuery(item)
		}
		return fields
	case []any:
		items := make([]any, 0, len(v))
		for _, item := range v {
			items = append(items, toQuery(item))
		}
		return items
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return int(whole)
		}
		if number, err := v.Float64(); err == nil {
			return number
		}
		return v.String()
	case int64:
		return int(v)
	default:
		return v
	}
}

func fromQuery(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			v[key] = fromQuery(item)
		}
	case []any:
		for i, item := range v {
			v[i] = fromQuery(item)
		}
	case int:
		return int64(v)
	case *big.Int:
		return json.Number(v.String())
	}
	return value
}
