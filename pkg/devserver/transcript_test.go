package devserver_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// oracle is the address of a real Conductor 3.32.1, to record the transcripts anew: go test ./pkg/devserver -run Transcripts -oracle http://localhost:8080
var oracle = flag.String("oracle", "", "record testdata/transcript from the Conductor at this address")

// target is the server that HTTP tasks call: $HTTP in a transcript.
func target(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(path, contentType, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Add("X-Seen", r.URL.RawQuery)
			w.Header().Add("X-Seen", r.Header.Get("X-One"))
			_, _ = io.WriteString(w, body)
		})
	}
	answer("/json", "application/json", `{"a":1,"b":2.0,"big":12345678901,"list":[1,"x",null],"o":{"t":true}}`)
	answer("/text", "text/plain;charset=utf-8", "hello ä")
	answer("/number", "application/json", "7")
	answer("/empty", "application/json", "")
	answer("/broken", "application/json", `{"a":`)
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]string{
			"method": r.Method, "body": string(body), "type": r.Header.Get("Content-Type"), "accept": r.Header.Get("Accept"),
		})
	})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.PathValue("code"))
		w.WriteHeader(code)
		if code != http.StatusNoContent {
			_, _ = io.WriteString(w, `{"why":"because"}`)
		}
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/text", http.StatusFound) })
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// differ writes this server's own answers into the transcripts, for somebody to explain them or to mend it.
var differ = flag.Bool("differ", false, "note in testdata/transcript where this server differs")

// A transcript is what was said to Conductor 3.32.1 and what it answered. Its lines:
//
//	flow JSON               registers a workflow, task JSON a task
//	start NAME [JSON]       starts it; $NAME is the execution's id from then on
//	do TYPE STATUS [JSON]   polls a task of the type, once there is one, and reports; further words are the reason
//	await NAME [REF] STATUS waits until the execution, or the last task of a reference name, is in a state
//	output NAME REF         waits until a task has an output
//	sub NAME REF ALIAS      makes $ALIAS the id of the workflow inside a task
//	pass DURATION           lets time pass
//	call METHOD PATH [JSON] makes a call and shows its answer
//	show NAME               shows an execution
//
// $NAME.REF is the id of the last task of a reference name. Lines that begin with > are what the real server answered. Where this
// server means to differ, lines that begin with ~ follow with its own answer (a bare ~ is none), and a comment says why.
type transcript struct {
	t     *testing.T
	clock *engine.ManualClock // nil for the real server
	send  func(*http.Request) (status int, body string)
	names map[string]string
}

func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "transcript", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			if *oracle != "" {
				require.NoError(t, os.WriteFile(file, []byte(record(t, string(data))), 0o600))
				return
			}
			if text := replay(t, string(data)); *differ {
				require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			}
		})
	}
}

// record plays a transcript on the real server and returns it with the answers it got now.
func record(t *testing.T, text string) string {
	t.Helper()
	s := &transcript{t: t, names: map[string]string{"HTTP": target(t)}, send: overNetwork(t)}
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, ">") {
			continue
		}
		out.WriteString(line)
		for _, answer := range s.say(strings.TrimSpace(line)) {
			out.WriteString(strings.TrimRight("> "+answer, " ") + "\n")
		}
	}
	return out.String()
}

func overNetwork(t *testing.T) func(*http.Request) (int, string) {
	t.Helper()
	client := &http.Client{Timeout: time.Minute}
	return func(r *http.Request) (int, string) {
		r.RequestURI = ""
		r.URL.Host, r.URL.Scheme = strings.TrimPrefix(*oracle, "http://"), "http"
		answer, err := client.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(body)
	}
}

// replay plays a transcript on this server, line by line with what is expected of each, and returns it with what this server answers
// where that is something else.
func replay(t *testing.T, text string) string {
	t.Helper()
	clock := engine.NewManualClock(time.Now())
	server, err := devserver.New(devserver.Options{Flavor: devserver.FlavorOSS, Clock: clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close(t.Context())) })
	s := &transcript{t: t, clock: clock, names: map[string]string{"HTTP": target(t)}, send: func(r *http.Request) (int, string) {
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		return answer.Code, answer.Body.String()
	}}
	var out []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		got := s.say(strings.TrimSpace(lines[i]))
		out = append(out, lines[i])
		var wanted, own []string
		for i+1 < len(lines) && strings.ContainsAny(lines[i+1][:min(1, len(lines[i+1]))], ">~#") {
			i++
			switch lines[i][0] {
			case '>':
				wanted = append(wanted, strings.TrimPrefix(lines[i][1:], " "))
			case '~':
				own = append(own, strings.TrimPrefix(lines[i][1:], " "))
				continue
			}
			out = append(out, lines[i])
		}
		if strings.Join(wanted, "\n") != strings.Join(got, "\n") {
			for _, answer := range append(got, "")[:max(len(got), 1)] {
				out = append(out, strings.TrimRight("~ "+answer, " "))
			}
		}
		if *differ {
			continue
		}
		if len(own) > 0 {
			require.NotEqual(t, wanted, own, "no longer different, before line %d", i+2)
			wanted = own
		}
		require.Equal(t, strings.Join(wanted, "\n"), strings.Join(got, "\n"), "before line %d", i+2)
	}
	return strings.Join(out, "\n")
}

// say does what one line says and returns what there is to show.
func (s *transcript) say(line string) []string {
	if line == "" || strings.ContainsAny(line[:1], "#>~") {
		return nil
	}
	verb, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	switch verb {
	case "flow":
		s.must("PUT", "/api/metadata/workflow", "["+rest+"]")
	case "task":
		s.must("POST", "/api/metadata/taskdefs", "["+rest+"]")
	case "start":
		name, input, _ := strings.Cut(rest, " ")
		s.names[name] = s.must("POST", "/api/workflow", fmt.Sprintf(`{"name":%q,"input":%s}`, name, orEmpty(input)))
	case "do":
		return s.work(rest)
	case "await":
		return s.await(words)
	case "output":
		return s.eventually(line, func() bool { return len(s.last(words[0], words[1]).OutputData) > 0 })
	case "sub":
		s.names[words[2]] = s.last(words[0], words[1]).SubWorkflowID
	case "pass":
		s.pass(words[0])
	case "call":
		method, path, _ := strings.Cut(rest, " ")
		path, body, _ := strings.Cut(path, " ")
		return s.shown(s.call(method, path, body))
	case "show":
		return s.show(s.workflow(words[0]))
	default:
		require.FailNow(s.t, "unknown verb", line)
	}
	return nil
}

func orEmpty(object string) string {
	if object == "" {
		return "{}"
	}
	return object
}

// call makes a call with names replaced by ids.
func (s *transcript) call(method, path, body string) (int, string) {
	fill := func(text string) string {
		return regexp.MustCompile(`\$(\w+)(?:\.(\w+))?`).ReplaceAllStringFunc(text, func(found string) string {
			name, ref, isTask := strings.Cut(found[1:], ".")
			id, known := s.names[name]
			switch {
			case !known:
				return found
			case isTask:
				return s.last(name, ref).TaskID
			}
			return id
		})
	}
	request := httptest.NewRequestWithContext(s.t.Context(), method, "http://localhost:8080"+fill(path), strings.NewReader(fill(body)))
	request.Header.Set("Content-Type", "application/json")
	return s.send(request)
}

func (s *transcript) must(method, path, body string) string {
	status, answer := s.call(method, path, body)
	require.Equal(s.t, 200, status, "%s %s: %s", method, path, answer)
	return answer
}

func (s *transcript) workflow(name string) conductor.Workflow {
	var wf conductor.Workflow
	require.NoError(s.t, conductor.Decode([]byte(s.must("GET", "/api/workflow/$"+name, "")), &wf))
	return wf
}

// last is the last attempt at a reference name, with what it is now.
func (s *transcript) last(name, ref string) conductor.Task {
	var found conductor.Task
	for _, task := range s.workflow(name).Tasks {
		if task.ReferenceTaskName == ref {
			found = task
		}
	}
	require.NotEmpty(s.t, found.TaskID, "no task %s in %s", ref, name)
	return found
}

// eventually tries until it succeeds: the real server does much in the background, this one only what leaves the machine. That it
// never happens is an answer of the real server.
func (s *transcript) eventually(what string, try func() bool) []string {
	for end := time.Now().Add(15 * time.Second); !try(); {
		if time.Now().After(end) {
			require.NotEmpty(s.t, *oracle, "waited too long: %s", what)
			return []string{"never"}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

func (s *transcript) work(line string) []string {
	taskType, rest, _ := strings.Cut(line, " ")
	status, rest, _ := strings.Cut(rest, " ")
	output, reason := "{}", rest
	if strings.HasPrefix(rest, "{") {
		output, reason = rest, ""
	}
	return s.eventually("do "+line, func() bool {
		code, body := s.call("GET", "/api/tasks/poll/"+taskType+"?workerid=w", "")
		var task conductor.Task
		if code != 200 || conductor.Decode([]byte(body), &task) != nil {
			return false
		}
		s.must("POST", "/api/tasks", fmt.Sprintf(`{"workflowInstanceId":%q,"taskId":%q,"status":%q,"outputData":%s,"reasonForIncompletion":%q}`,
			task.WorkflowInstanceID, task.TaskID, status, output, reason))
		return true
	})
}

func (s *transcript) await(words []string) []string {
	want := words[len(words)-1]
	return s.eventually("await "+strings.Join(words, " "), func() bool {
		wf := s.workflow(words[0])
		if len(words) == 2 {
			return wf.Status == want
		}
		status := ""
		for _, task := range wf.Tasks {
			if task.ReferenceTaskName == words[1] {
				status = task.Status
			}
		}
		return status == want
	})
}

func (s *transcript) pass(text string) {
	d, err := time.ParseDuration(text)
	require.NoError(s.t, err)
	if s.clock != nil {
		s.clock.Advance(d)
		return
	}
	time.Sleep(d + 500*time.Millisecond)
}

// shown is an answer without what no two servers share.
func (s *transcript) shown(status int, body string) []string {
	var object any
	if json.Unmarshal([]byte(body), &object) != nil {
		return []string{strings.TrimSpace(fmt.Sprint(status, " ", anonymous(body)))}
	}
	var wf conductor.Workflow
	if conductor.Decode([]byte(body), &wf) == nil && wf.WorkflowName != "" && wf.Tasks != nil {
		return append([]string{fmt.Sprint(status)}, s.show(wf)...)
	}
	if fields, isMap := object.(map[string]any); isMap {
		for _, own := range []string{"instance", "retryable", "createTime", "updateTime", "createdBy", "requestId"} {
			delete(fields, own)
		}
		if _, given := fields["tasks"]; given {
			delete(fields, "tasks")
			_ = conductor.Decode([]byte(body), &wf)
			return append([]string{fmt.Sprint(status, " ", compact(fields))}, s.show(wf)[1:]...)
		}
	}
	return []string{fmt.Sprint(status, " ", compact(object))}
}

func compact(value any) string {
	data, _ := json.Marshal(value)
	return anonymous(string(data))
}

func anonymous(text string) string {
	text = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(text, "ID")
	text = regexp.MustCompile(`127\.0\.0\.1:\d{4,5}`).ReplaceAllString(text, "HOST")
	return regexp.MustCompile(`\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT`).ReplaceAllString(text, "DATE")
}

// show is an execution, task by task.
func (s *transcript) show(wf conductor.Workflow) []string {
	slices.Sort(wf.FailedReferenceTaskNames)
	lines := []string{strings.TrimSpace(fmt.Sprintf("%s output=%s failed=%s %s", wf.Status, compact(wf.Output),
		strings.Join(wf.FailedReferenceTaskNames, ","), anonymous(wf.ReasonForIncompletion)))}
	for i, task := range wf.Tasks {
		marks := ""
		if task.Retried {
			marks = " retried"
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%d %s#%d %s %s%s in=%s out=%s %s", i+1, task.ReferenceTaskName, task.RetryCount,
			task.TaskType, task.Status, marks, compact(given(task)), compact(task.OutputData), anonymous(task.ReasonForIncompletion))))
	}
	return lines
}

// given is the input that a task was made with, without what every SUB_WORKFLOW says when nobody says otherwise.
func given(task conductor.Task) map[string]any {
	input := map[string]any{}
	for key, value := range task.InputData {
		if task.TaskType != "SUB_WORKFLOW" || value != nil {
			input[key] = value
		}
	}
	return input
}
