package doctor_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
)

// What discover finds in sources is said by the check of its kind, with the file as it is called from the working folder.
func TestWhatSourcesHold(t *testing.T) {
	files := workerFiles("http://conductor.invalid", "k", canary)
	files["orkesctl.yaml"] = "worker: {run: [x]}\n"
	files["src/main.py"] = `from conductor.client.worker.worker_task import worker_task
settings = AuthenticationSettings("k", "A1b2C3d4E5f6G7h8I9j0K1")

@worker_task(task_definition_name="get-inventory", domain="john")
def get_inventory(product_id): return {}

TaskHandler(settings).start_processes()
`
	files[".env"] += "CONDUCTOR_WORKER_ALL_POLL_INTERVAL_MILLIS=100\n"
	f := gather(t, folder(t, files, nil), func(src *doctor.Sources) { src.Offline = true })
	require.Equal(t, "src/main.py:4", f.Declared[0].DomainPlace)
	found := map[string]doctor.Result{}
	for _, result := range findings(doctor.Examine(f, doctor.Filter{})) {
		found[result.ID] = result
	}
	require.Equal(t, "src/main.py:7", found["ORK-PROJ-007"].Because)
	require.Equal(t, "src/main.py:2", found["ORK-PROJ-008"].Because)
	require.NotContains(t, found["ORK-PROJ-008"].Evidence+found["ORK-PROJ-008"].Label, "A1b2", "a secret is not shown")
	require.Equal(t, ".env:4", found["ORK-ENV-008"].Because)
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
