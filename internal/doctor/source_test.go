package doctor_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
)

const (
	worker = "from conductor.client.worker.worker_task import worker_task\n@worker_task(task_definition_name='t')\ndef t(): pass\n"
	starts = "from conductor.client.automator.task_handler import TaskHandler\n"
	script = "import { worker } from \"@io-orkes/conductor-javascript\";\n"
	golang = "import \"github.com/conductor-sdk/conductor-go/sdk/worker\"\n"
)

// What is found in sources is what internal/discover finds: here that it arrives, with its place.
func TestTraps(t *testing.T) {
	for name, tc := range map[string]struct {
		file, text string
		kind       string
		line       int // 0: nothing is found
	}{
		"18: no main guard":              {"main.py", worker + starts + "h = TaskHandler()\nh.start_processes()\n", "trap", 6},
		"no main guard, in a with":       {"main.py", starts + "with TaskHandler() as h:\n    h.start_processes()\n", "trap", 3},
		"a main guard":                   {"main.py", starts + "if __name__ == \"__main__\":\n    with TaskHandler() as h:\n        h.start_processes()\n", "", 0},
		"a function":                     {"main.py", starts + "def main():\n    h = TaskHandler()\n\n    h.start_processes()\n", "", 0},
		"a comment":                      {"main.py", starts + "# h.start_processes()\n", "", 0},
		"after a function":               {"main.py", starts + "def f():\n    pass\nh.start_processes()\n", "trap", 4},
		"18: annotations":                {"w.py", "from __future__ import annotations\n" + worker, "trap", 1},
		"annotations without a worker":   {"w.py", "from __future__ import annotations\n" + starts, "", 0},
		"20: a decorator on a function":  {"w.ts", script + "@worker({ taskDefName: \"t\" })\nasync function t() {}\n", "trap", 2},
		"a decorator on a method":        {"w.ts", script + "class A {\n  @worker({ taskDefName: \"t\" })\n  async t() {}\n}\n", "", 0},
		"12: a program that waits not":   {"main.go", "package main\n" + golang + "func main() {\n\tr.StartWorker(\"t\", f, 1, d)\n}\n", "trap", 4},
		"one that waits":                 {"main.go", "package main\n" + golang + "func main() {\n\tr.StartWorker(\"t\", f, 1, d)\n\tr.WaitWorkers()\n}\n", "", 0},
		"not a program":                  {"w.go", "package worker\n" + golang + "func f() {\n\tr.RegisterWorkers(w)\n}\n", "", 0},
		"a secret":                       {"main.py", starts + "s = AuthenticationSettings(key_id='k', key_secret='" + "A1b2C3d4E5f6G7h8I9j0K1" + "')\n", "secret", 2},
		"a secret in properties":         {"application.properties", "conductor.client.key-id=k\nconductor.client.secret=A1b2C3d4E5f6G7h8I9j0K1\n", "secret", 2},
		"a secret that is a placeholder": {"main.py", starts + "key_secret='<secret>'\n", "", 0},
		"a secret from the environment":  {"main.py", starts + "key_secret=os.environ['CONDUCTOR_AUTH_SECRET']\n", "", 0},
		"a variable's name":              {"main.go", "package main\n" + golang + "const authSecret = \"CONDUCTOR_AUTH_SECRET\"\n", "", 0},
		"a secret after one":             {"main.py", "auth_secret = 'CONDUCTOR_AUTH_SECRET'\nkey_secret = 'A1b2C3d4E5f6G7h8I9j0K1'\n", "secret", 2},
		"a secret by expression":         {"application.properties", "conductor.client.secret=${CONDUCTOR_AUTH_SECRET}\n", "", 0},
		"another language's words":       {"notes.txt", starts + "h.start_processes()\n", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			files := workerFiles("http://conductor.invalid", "k", canary)
			files["orkesctl.yaml"] = "scaffold: {tasks: [t]}\nworker: {run: [x]}\n"
			files[tc.file] = tc.text
			f := gather(t, folder(t, files, nil), func(src *doctor.Sources) { src.Offline = true })
			notices := slices.DeleteFunc(f.Notices, func(n doctor.Notice) bool { return n.Kind != "trap" && n.Kind != "secret" })
			if tc.line == 0 {
				require.Empty(t, notices)
				return
			}
			require.Len(t, notices, 1)
			require.Equal(t, tc.kind, notices[0].Kind)
			require.Equal(t, tc.file, notices[0].File)
			require.Equal(t, tc.line, notices[0].Line)
			require.NotContains(t, notices[0].Message+notices[0].Fix, "A1b2", "a secret is not shown")
		})
	}
}

func TestSDKs(t *testing.T) {
	files := map[string]string{
		"orkesctl.yaml":    "worker: {run: [x]}",
		"pyproject.toml":   "[project]\ndependencies = [\n  \"conductor-python>=1.1.6,<2\",\n]\n",
		"requirements.txt": "# none\nrequests==1.0\n",
		"package.json":     "{\"dependencies\": {\n\"@io-orkes/conductor-javascript\": \"^4.0.0\",\n\"zod\": \"^3.25.0\"}}",
		"go.mod":           "module x\nrequire github.com/conductor-sdk/conductor-go v1.10.1\n",
	}
	f := gather(t, folder(t, files, nil), func(src *doctor.Sources) { src.Offline = true })
	found := map[string]doctor.SDK{}
	for _, sdk := range f.SDKs {
		found[sdk.File] = sdk
	}
	require.Equal(t, map[string]doctor.SDK{
		"pyproject.toml": {Name: "conductor-python", Version: "1.1.6", File: "pyproject.toml", Line: 3},
		"package.json":   {Name: "@io-orkes/conductor-javascript", Version: "4.0.0", File: "package.json", Line: 2, Zod: "3.25.0"},
		"go.mod":         {Name: "github.com/conductor-sdk/conductor-go", Version: "1.10.1", File: "go.mod", Line: 2},
	}, found)
	report := doctor.Examine(f, doctor.Filter{Only: []string{"ORK-PROJ-006"}})
	require.Len(t, report.Checks, 1)
	require.Contains(t, report.Checks[0].Evidence, "conductor-python 1.1.6")
}

func TestDeclared(t *testing.T) {
	tasks := func(f *doctor.Facts) []string {
		found := map[string]bool{}
		for _, w := range f.Declared {
			found[w.Task+"@"+w.Domain+" "+w.DomainFrom] = true
		}
		return slices.Sorted(maps.Keys(found))
	}
	offline := func(src *doctor.Sources) { src.Offline = true }
	files := workerFiles("http://conductor.invalid", "k", canary)
	require.Equal(t, []string{"get-inventory@john orkesctl.yaml"}, tasks(gather(t, folder(t, files, nil), offline)))

	files[".env"] += "CONDUCTOR_WORKER_DOMAIN=mary\n"
	require.Equal(t, []string{"get-inventory@mary .env:4"}, tasks(gather(t, folder(t, files, nil), offline)))

	files["orkesctl.yaml"], files["definitions/more.yaml"] = "application: shop\n", "name: ship\nretryCount: 1\n"
	require.Equal(t, []string{"get-inventory@mary .env:4", "ship@mary .env:4"}, tasks(gather(t, folder(t, files, nil), offline)), "those that it defines")

	named := gather(t, folder(t, nil, nil), func(src *doctor.Sources) { src.Offline, src.Tasks = true, []string{"ship"} })
	require.Equal(t, []string{"ship@ "}, tasks(named))

	files["go.mod"], files["main.go"] = "module x\nrequire github.com/conductor-sdk/conductor-go v1.10.1\n", goWorker
	f := gather(t, folder(t, files, nil), offline)
	require.Len(t, f.Declared, 1)
	require.True(t, f.Declared[0].FromSource)
	require.Equal(t, "charge", f.Declared[0].Task)
	require.Equal(t, "main.go:9", f.Declared[0].Place())
}

const goWorker = `package main

import (
	"github.com/conductor-sdk/conductor-go/sdk/client"
	"github.com/conductor-sdk/conductor-go/sdk/worker"
)
func main() {
	runner := worker.NewTaskRunnerWithApiClient(client.NewAPIClientFromEnv())
	runner.RegisterWorkers(worker.NewWorker("charge", charge, worker.WithDomain("eu")))
	runner.WaitWorkers()
}
`

// What the shell says of one task counts too, and what it has that is not Conductor's is none of doctor's business.
func TestVariablesOfTheShell(t *testing.T) {
	vars := map[string]string{"CONDUCTOR_WORKER_GET_INVENTORY_PAUSED": "true", "conductor.worker.all.paused": "no", "AWS_SECRET_ACCESS_KEY": canary}
	deps := folder(t, workerFiles("http://conductor.invalid", "k", canary), vars)
	deps.Environ = func() []string {
		var lines []string
		for name, value := range vars {
			lines = append(lines, name+"="+value)
		}
		return lines
	}
	f := gather(t, deps, func(src *doctor.Sources) { src.Offline = true })
	found := map[string]string{}
	for _, v := range f.Variables {
		if v.Line == 0 {
			found[v.Name] = v.Value
		}
	}
	require.Equal(t, map[string]string{"CONDUCTOR_WORKER_GET_INVENTORY_PAUSED": "true", "conductor.worker.all.paused": "no"}, found)
	report := doctor.Examine(f, doctor.Filter{Only: []string{"ORK-ENV-008"}})
	require.Equal(t, "CONDUCTOR_WORKER_GET_INVENTORY_PAUSED", report.Checks[0].Subject)
	require.Equal(t, doctor.Failed, report.Checks[0].State)
}

func TestExamples(t *testing.T) {
	files := workerFiles("http://conductor.invalid", "k", canary)
	files["README.md"] = "# Shop\n\norkesctl workflow start demo --input a=1 --domain get-inventory=mary --wait\norkesctl workflow start x --domain 'ship order'=y\n"
	f := gather(t, folder(t, files, nil), func(src *doctor.Sources) { src.Offline = true })
	require.Equal(t, doctor.Example{Domain: "mary", Place: "README.md:3"}, f.Examples["get-inventory"])
}
