package doctor_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// scripted is a server that answers some paths as it is told, the others with an empty list or object, and remembers what it was asked.
type scripted struct {
	*httptest.Server
	answers map[string]string // by path; a number is a status

	mu    sync.Mutex
	asked []string
}

func newScripted(t *testing.T, answers map[string]string) *scripted {
	t.Helper()
	s := &scripted{answers: map[string]string{
		"/api/version": "5.2.0", "/api/token": `{"token":"t"}`, "/api/token/userInfo": `{"id":"app:1","name":"shop","roles":[{"name":"WORKER"}]}`,
		"/api/applications/key/k1": `{"id":"1","name":"shop"}`, "/api/applications": `[{"id":"1","name":"shop"}]`, "/api/users/app:1": `{"id":"app:1","roles":[{"name":"WORKER"}]}`,
		"/api/users/app:1/permissions": `{"grantedAccess":[]}`, "/api/tasks/queue/all": `{}`, "/api/tasks/search": `{"results":[]}`,
	}}
	maps.Copy(s.answers, answers)
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.URL.RequestURI())
	s.mu.Unlock()
	answer, found := s.answers[r.URL.Path]
	var code int
	if _, err := fmt.Sscanf(answer, "%d", &code); err == nil && len(answer) == 3 {
		status(code)(w, r)
		return
	}
	if !found {
		answer = "[]"
	}
	w.Header().Set("Content-Type", "application/json")
	if !json.Valid([]byte(answer)) {
		w.Header().Set("Content-Type", "text/plain")
	}
	_, _ = w.Write([]byte(answer))
}

// about counts the requests whose address contains the text.
func (s *scripted) about(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, line := range s.asked {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// state is what the report says of a check.
func state(r doctor.Report, id string) doctor.Result {
	for _, result := range r.Checks {
		if result.ID == id {
			return result
		}
	}
	return doctor.Result{}
}

// What the server does not tell is unknown, says why, and takes nothing else with it.
func TestWhatTheServerDoesNotTell(t *testing.T) {
	for name, tc := range map[string]struct {
		answers map[string]string
		id      string
		state   doctor.State
		because string
	}{
		"grants": {
			map[string]string{"/api/users/app:1/permissions": "403", "/api/auth/subjects/USER/app:1/grants": "403"},
			"ORK-PERM-003", doctor.Unknown, "the server does not tell: ",
		},
		"grants, but to itself": {
			map[string]string{
				"/api/users/app:1/permissions":         "403",
				"/api/auth/subjects/USER/app:1/grants": `[{"target":{"type":"DOMAIN","id":"john"},"access":["EXECUTE"]}]`,
			}, "ORK-PERM-003", doctor.OK, "",
		},
		"roles, but to itself":   {map[string]string{"/api/users/app:1": "403"}, "ORK-PERM-002", doctor.OK, ""},
		"who it is, but the key": {map[string]string{"/api/token/userInfo": "500"}, "ORK-PERM-002", doctor.OK, ""},
		"whose key it is at all": {
			map[string]string{"/api/token/userInfo": "500", "/api/applications/key/k1": "403"}, "ORK-PERM-001", doctor.Unknown, "made to fail",
		},
		"task definitions":     {map[string]string{"/api/metadata/taskdefs": "403"}, "ORK-TASK-001", doctor.Unknown, "HTTP 403"},
		"workflow definitions": {map[string]string{"/api/metadata/workflow": "500"}, "ORK-FLOW-001", doctor.Unknown, "HTTP 500"},
		"queues":               {map[string]string{"/api/tasks/queue/all": "403"}, "ORK-QUEUE-001", doctor.Unknown, "HTTP 403"},
		"who polls": {
			map[string]string{"/api/tasks/queue/polldata/all": "403", "/api/tasks/queue/polldata": "403"}, "ORK-QUEUE-001", doctor.Unknown, "HTTP 403",
		},
		"attempts":                  {map[string]string{"/api/tasks/search": "403"}, "ORK-QUEUE-001", doctor.OK, ""},
		"something that is no JSON": {map[string]string{"/api/metadata/taskdefs": "<oops>"}, "ORK-TASK-001", doctor.Unknown, "not JSON"},
		"another shape":             {map[string]string{"/api/tasks/queue/all": `[1,2]`}, "ORK-QUEUE-001", doctor.Unknown, "cannot unmarshal"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := map[string]string{
				"/api/metadata/taskdefs":       `[{"name":"get-inventory","responseTimeoutSeconds":60,"timeoutSeconds":600}]`,
				"/api/users/app:1/permissions": `{"grantedAccess":[{"target":{"type":"DOMAIN","id":"john"},"access":["EXECUTE"]}]}`,
			}
			maps.Copy(answers, tc.answers)
			server := newScripted(t, answers)
			f := gather(t, folder(t, workerFiles(server.URL, "k1", canary), nil), nil)
			report := doctor.Examine(f, doctor.Filter{})
			result := state(report, tc.id)
			require.Equal(t, tc.state, result.State, "%+v", findings(report))
			require.Contains(t, result.Because, tc.because)
			if tc.state == doctor.Unknown {
				require.NotEmpty(t, result.Fix, "what would settle it")
			}
		})
	}
}

// The worker's own word is enough to name its application in what is to be typed.
func TestTheApplicationByTheWorkersWord(t *testing.T) {
	server := newScripted(t, map[string]string{"/api/applications/key/k1": "403", "/api/applications": "403"})
	files := workerFiles(server.URL, "k1", canary)
	files["orkesctl.yaml"] = "domain: john\nscaffold: {tasks: [get-inventory]}\n"
	result := state(doctor.Examine(gather(t, folder(t, files, nil), nil), doctor.Filter{}), "ORK-PERM-003")
	require.Equal(t, "orkesctl app grant --task get-inventory --domain john --app shop", result.Fix)
}

// Poll data of all queues is one request; where a server has none of that, the declared tasks are asked for, and not too many.
func TestPollDataTaskByTask(t *testing.T) {
	server := newScripted(t, map[string]string{
		"/api/tasks/queue/polldata/all": "404", "/api/tasks/queue/polldata": `[{"queueName":"get-inventory","domain":"john","workerId":"laptop-7","lastPollTime":1}]`,
	})
	files := workerFiles(server.URL, "k1", canary)
	f := gather(t, folder(t, files, nil), nil)
	require.Equal(t, []doctor.Poll{{Task: "get-inventory", Domain: "john", Poller: "laptop-7", At: time.UnixMilli(1)}}, f.Polls.Value)
	require.Equal(t, 1, server.about("polldata?"))

	var tasks []string
	for i := range 40 {
		tasks = append(tasks, fmt.Sprintf("t%d", i))
	}
	files["orkesctl.yaml"] = "scaffold: {tasks: [" + strings.Join(tasks, ", ") + "]}\n"
	many := newScripted(t, map[string]string{"/api/tasks/queue/polldata/all": "404"})
	files[".env"] = strings.ReplaceAll(files[".env"], server.URL, many.URL)
	gather(t, folder(t, files, nil), nil)
	require.Equal(t, 10, many.about("polldata?"))
}

// How servers write queues and "no domain" differs.
func TestFormsOfPollData(t *testing.T) {
	server := newScripted(t, map[string]string{"/api/tasks/queue/polldata/all": `{"pollData":[
		{"queueName":"get-inventory","domain":"DEFAULT","workerId":"a","lastPollTime":1},
		{"queueName":"john:get-inventory","workerId":"b","lastPollTime":2},
		{"queueName":"ship","domain":"mary","workerId":"c","lastPollTime":3}]}`})
	f := gather(t, folder(t, workerFiles(server.URL, "k1", canary), nil), nil)
	require.Equal(t, []doctor.Poll{
		{Task: "get-inventory", Poller: "a", At: time.UnixMilli(1)},
		{Task: "get-inventory", Domain: "john", Poller: "b", At: time.UnixMilli(2)},
		{Task: "ship", Domain: "mary", Poller: "c", At: time.UnixMilli(3)},
	}, f.Polls.Value)
}

// Nothing is ever polled or written, whoever asks.
func TestNothingIsPolledOrChanged(t *testing.T) {
	var mu sync.Mutex
	var lines []string
	server := newScripted(t, nil)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		lines = append(lines, r.Method+" "+r.URL.Path)
		mu.Unlock()
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	vars := map[string]string{"CONDUCTOR_SERVER_URL": front.URL, "CONDUCTOR_AUTH_KEY": "me", "CONDUCTOR_AUTH_SECRET": canary}
	gather(t, folder(t, workerFiles(front.URL, "k1", canary), vars), nil)
	require.NotEmpty(t, lines)
	for _, line := range lines {
		require.NotContains(t, line, "/tasks/poll")
		if line != "POST /api/token" {
			require.True(t, strings.HasPrefix(line, "GET "), line)
		}
	}
}

// Names that the grammar of searches cannot hold are left out of them.
func TestSearchesHoldOnlyNamesTheyCan(t *testing.T) {
	server := newScripted(t, nil)
	files := workerFiles(server.URL, "k1", canary)
	files["orkesctl.yaml"] = `scaffold: {tasks: ["a b", "c,d", "e(f)", good]}` + "\n"
	gather(t, folder(t, files, nil), nil)
	require.Equal(t, 2, server.about("/tasks/search?query=taskDefName+IN+%28good%29+AND+"))
	require.Equal(t, 2, server.about("/tasks/search"))

	files["orkesctl.yaml"] = `scaffold: {tasks: ["a b"]}` + "\n"
	none := newScripted(t, nil)
	files[".env"] = strings.ReplaceAll(files[".env"], server.URL, none.URL)
	gather(t, folder(t, files, nil), nil)
	require.Zero(t, none.about("/tasks/search"))
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(status(http.StatusOK))
	t.Cleanup(server.Close)
	f := gather(t, folder(t, workerFiles(server.URL, "k1", canary), nil), nil)
	result := state(doctor.Examine(f, doctor.Filter{}), "ORK-CONN-003")
	require.Equal(t, doctor.Failed, result.State)
	require.Contains(t, result.Evidence, "not trusted here")

	plain := newScripted(t, nil)
	f = gather(t, folder(t, workerFiles(strings.Replace(plain.URL, "http:", "https:", 1), "k1", canary), nil), nil)
	result = state(doctor.Examine(f, doctor.Filter{}), "ORK-CONN-003")
	require.Equal(t, doctor.Failed, result.State)
	require.Contains(t, result.Evidence, "does not speak TLS")
}

// A key tells the product by itself: no second, empty sign-in is tried beside it.
func TestOneSignInForEachKey(t *testing.T) {
	server := newScripted(t, nil)
	f := gather(t, folder(t, workerFiles(server.URL, "k1", canary), nil), nil)
	require.Equal(t, conductor.KindOrkes, f.Server.Kind.Value)
	require.Equal(t, 1, server.about("/api/token")-server.about("/api/token/"))

	oss := newScripted(t, map[string]string{"/api/token": "404"})
	f = gather(t, folder(t, workerFiles(oss.URL, "k1", canary), nil), nil)
	require.Equal(t, conductor.KindOSS, f.Server.Kind.Value)
	require.Zero(t, oss.about("/api/applications"), "open source has none")

	wrong := newScripted(t, map[string]string{"/api/token": "401"})
	f = gather(t, folder(t, workerFiles(wrong.URL, "k1", canary), nil), nil)
	require.Equal(t, conductor.KindOrkes, f.Server.Kind.Value)

	trouble := newScripted(t, map[string]string{"/api/token": "500"})
	f = gather(t, folder(t, workerFiles(trouble.URL, "k1", canary), nil), nil)
	require.False(t, f.Server.Kind.Known())
	require.Equal(t, doctor.Unknown, state(doctor.Examine(f, doctor.Filter{}), "ORK-CONN-005").State)
}

// A project without an orkesctl.yaml is recognised by its files; its env file is .env.
func TestAProjectThatIsRecognised(t *testing.T) {
	server := newScripted(t, nil)
	deps := folder(t, map[string]string{
		"go.mod": "module x\n\ngo 1.23\nrequire github.com/conductor-sdk/conductor-go v1.10.1\n", "main.go": goWorker,
		".env": "CONDUCTOR_SERVER_URL=" + server.URL + "/api\nCONDUCTOR_AUTH_KEY=k1\nCONDUCTOR_AUTH_SECRET=" + canary + "\n",
	}, nil)
	f := gather(t, deps, nil)
	require.Equal(t, "go", f.Unit.Language.Name)
	require.Equal(t, "Go", f.Toolchain.Title)
	require.True(t, f.Worker.Own)
	require.Equal(t, "charge", f.Declared[0].Task)
	require.Equal(t, "eu", f.Declared[0].Domain)
	require.Len(t, f.SDKs, 1)
}

// Below the project's root, files are called from where one stands.
func TestFromAFolderOfTheProject(t *testing.T) {
	deps := folder(t, map[string]string{
		"orkesctl.yaml": "application: shop\n", "go.mod": "module x\n\ngo 1.23\nrequire github.com/conductor-sdk/conductor-go v1.10.1\n",
		"cmd/main.go": goWorker, "definitions/bad.yaml": "name: [\n",
	}, nil)
	root := deps.Dir
	deps.Dir = filepath.Join(root, "cmd")
	f := gather(t, deps, func(src *doctor.Sources) { src.Offline = true })
	require.Equal(t, root, f.Project.Root)
	require.Equal(t, "main.go", f.Declared[0].File)
	require.Equal(t, filepath.Join(root, "definitions", "bad.yaml"), f.Problems[0].File)
}

func TestEnvFileFacts(t *testing.T) {
	files := workerFiles("http://conductor.invalid", "k", canary)
	deps := folder(t, files, nil)
	require.NoError(t, os.Chmod(filepath.Join(deps.Dir, ".env"), 0o640))
	require.NoError(t, os.Mkdir(filepath.Join(deps.Dir, ".git"), 0o700))
	f := gather(t, deps, func(src *doctor.Sources) { src.Offline = true })
	require.Equal(t, os.FileMode(0o640), f.EnvFile.Mode)
	require.False(t, f.EnvFile.Ignored)
	require.NoError(t, os.WriteFile(filepath.Join(deps.Dir, ".gitignore"), []byte(".env\n"), 0o600))
	f = gather(t, deps, func(src *doctor.Sources) { src.Offline = true })
	require.True(t, f.EnvFile.Ignored)

	require.NoError(t, os.WriteFile(filepath.Join(deps.Dir, ".env"), []byte("CONDUCTOR_AUTH_KEY=k\nwhat\n"), 0o600))
	f = gather(t, deps, func(src *doctor.Sources) { src.Offline = true })
	require.ErrorContains(t, f.EnvFile.Err, "line 2")
	report := doctor.Examine(f, doctor.Filter{})
	require.Equal(t, []string{"ORK-ENV-006"}, ids(findings(report)), "one mistake, one finding")

	files["orkesctl.yaml"] = "env: worker.env\n"
	f = gather(t, folder(t, files, nil), func(src *doctor.Sources) { src.Offline = true })
	require.Equal(t, "worker.env", f.EnvFile.Name)
	require.False(t, f.EnvFile.There)
}
