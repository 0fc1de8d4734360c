package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// oracleWorld is a real Conductor.
type oracleWorld struct {
	t    *testing.T
	base string
}

var oracleClient = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}

// call makes a request; what is not a 2xx is an error.
func (o *oracleWorld) call(method, path string, body, answer any) error {
	data, err := json.Marshal(body)
	require.NoError(o.t, err)
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.base+"/api"+path, bytes.NewReader(data))
	require.NoError(o.t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := oracleClient.Do(req)
	require.NoError(o.t, err)
	defer resp.Body.Close()
	data, err = io.ReadAll(resp.Body)
	require.NoError(o.t, err)
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, data)
	}
	if text, isText := answer.(*string); isText {
		*text = string(data)
		return nil
	}
	if answer == nil || len(data) == 0 {
		return nil
	}
	return conductor.Decode(data, answer)
}

func (o *oracleWorld) start(req conductor.StartWorkflowRequest) (string, error) {
	var id string
	err := o.call(http.MethodPost, "/workflow", req, &id)
	return id, err
}

func (o *oracleWorld) workflow(id string) conductor.Workflow {
	var wf conductor.Workflow
	err := o.call(http.MethodGet, "/workflow/"+id, nil, &wf)
	for try := 0; err != nil && try < 20; try++ { // a child has its id before it is there
		time.Sleep(100 * time.Millisecond)
		err = o.call(http.MethodGet, "/workflow/"+id, nil, &wf)
	}
	require.NoError(o.t, err)
	return wf
}

func (o *oracleWorld) poll(taskType, domain string) []conductor.Task {
	var tasks []conductor.Task
	require.NoError(o.t, o.call(http.MethodGet, "/tasks/poll/batch/"+taskType+"?count=20&timeout=0&domain="+domain, nil, &tasks))
	return tasks
}

func (o *oracleWorld) report(result conductor.TaskResult) {
	err := o.call(http.MethodPost, "/tasks", result, nil)
	if err != nil {
		o.t.Log(err)
	}
}

func (o *oracleWorld) act(id string, a action) error {
	at := "/workflow/" + id
	switch a.verb {
	case "pause", "resume":
		return o.call(http.MethodPut, at+"/"+a.verb, nil, nil)
	case "decide":
		return o.call(http.MethodPut, "/workflow/decide/"+id, nil, nil)
	case "terminate":
		return o.call(http.MethodDelete, at+"?reason=enough", nil, nil)
	case "retry":
		return o.call(http.MethodPost, at+"/retry", nil, nil)
	case "retry-inside":
		return o.call(http.MethodPost, at+"/retry?resumeSubworkflowTasks=true", nil, nil)
	case "restart":
		return o.call(http.MethodPost, at+"/restart", nil, nil)
	case "rerun":
		body := map[string]any{}
		if a.taskID != "" {
			body["reRunFromTaskId"] = a.taskID
		}
		return o.call(http.MethodPost, at+"/rerun", body, new(string))
	case "skip":
		return o.call(http.MethodPut, at+"/skiptask/"+url.PathEscape(a.ref), map[string]any{}, nil)
	case "signal":
		return o.call(http.MethodPost, "/tasks/"+id+"/COMPLETED/signal", map[string]any{"signalled": true}, nil)
	}
	return errors.New(a.verb)
}

// pass gives up after a few seconds; where the server must do something, after longer than it ever sleeps.
func (o *oracleWorld) pass(unchanged int, certain bool, running []string) bool {
	time.Sleep(min(time.Duration(40*unchanged+40)*time.Millisecond, 400*time.Millisecond))
	if unchanged%4 == 3 { // its sweeper may need minutes
		for _, id := range running {
			_ = o.call(http.MethodPut, "/workflow/decide/"+id, nil, nil)
		}
	}
	if certain {
		return unchanged < 90
	}
	return unchanged < 12
}
