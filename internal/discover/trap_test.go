package discover_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/discover"
)

// noticed are the notices of a project of one file.
func noticed(t *testing.T, name, text string, shell ...string) []discover.Notice {
	t.Helper()
	found, err := discover.Project(t.Context(), written(t, map[string]string{name: text}), discover.NewEnvironment(shell, "", nil))
	require.NoError(t, err)
	return found.Notices
}

func TestSecretsInSourcesAreFoundAndNotShown(t *testing.T) {
	const secret = "wJalrXUtnFEMI7K7MDENGbPxRfiCY"
	for name, text := range map[string]string{
		"a.py":                         `from conductor.client import x; AuthenticationSettings(key_id="k", key_secret="HIDDEN")`,
		"b.py":                         `from conductor.client import x; AuthenticationSettings("k", 'HIDDEN')`,
		"c.py":                         `import conductor; os.environ = {"CONDUCTOR_AUTH_SECRET": "HIDDEN"}`,
		"a.go":                         "package a // conductor\nvar _ = settings.NewAuthenticationSettings(\"k\", `HIDDEN`)",
		"b.go":                         "package a // conductor\nvar _ = x{KeySecret: \"HIDDEN\"}",
		"a.js":                         `import {x} from "@io-orkes/conductor-javascript"; f({ keyId: "k", keySecret: "HIDDEN" })`,
		"a.ts":                         "// conductor\nconst keySecret = `HIDDEN`",
		"A.java":                       `import io.orkes.conductor.client.ApiClient; class A { Object a = new ApiClient("u", "k", "HIDDEN"); }`,
		"B.java":                       `import io.orkes.conductor.client.ApiClient; class A { Object a = ApiClient.builder().credentials("k", "HIDDEN").build(); }`,
		"a.rs":                         `use conductor::Configuration; fn f() { Configuration::new(u).with_auth("k", "HIDDEN") }`,
		"conductor-workers.properties": "conductor.client.secret = HIDDEN",
		"application.yaml":             "conductor:\n  client:\n    secret: HIDDEN\n",
	} {
		notices := noticed(t, name, strings.ReplaceAll(text, "HIDDEN", secret))
		require.Len(t, notices, 1, name)
		require.Equal(t, discover.KindSecret, notices[0].Kind, name)
		require.Equal(t, "wJa…", notices[0].Subject)
		require.Equal(t, name, notices[0].Place.File)
		require.Equal(t, 1+strings.Count(text[:strings.Index(text, "HIDDEN")], "\n"), notices[0].Place.Line, name)
		require.NotContains(t, notices[0].Message+notices[0].Fix, secret[3:])
	}
}

func TestWhatOnlyStandsForASecretIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"a.py": `from conductor.client import x
AuthenticationSettings(key_id="wJalrXUtnFEMI7K7MDENG", key_secret=os.environ["CONDUCTOR_AUTH_SECRET"])
AuthenticationSettings("wJalrXUtnFEMI7K7MDENG", "<your secret goes here 1>")
AuthenticationSettings("k", "_CHANGE_ME_CHANGE_ME_")
AuthenticationSettings("k", f"wJalrXUtnFEMI7K7{x}")
# AuthenticationSettings("k", "wJalrXUtnFEMI7K7MDENG")
other(key="k", token="wJalrXUtnFEMI7K7MDENG")
`,
		"a.go":                         "package a // no workers\nvar _ = settings.NewAuthenticationSettings(\"k\", \"wJalrXUtnFEMI7K7MDENG\")",
		"A.java":                       `import io.orkes.conductor.client.ApiClient; class A { Object a = new ApiClient("http://localhost:8080/api/v1"); }`,
		"conductor-workers.properties": "conductor.client.secret=${CONDUCTOR_AUTH_SECRET1:}\n",
	} {
		require.Empty(t, noticed(t, name, text), name)
	}
}

func TestTrapsAreExplained(t *testing.T) {
	for name, tc := range map[string]struct {
		file, text, subject, fix string
		line                     int
	}{
		"a decorator on a function": {
			"a.ts", "import { worker } from \"@io-orkes/conductor-javascript\";\n\n@worker({ taskDefName: \"t\" })\nexport default async function f() {}\n",
			"@worker", "Call it: worker({ … })", 3,
		},
		"a program that ends": {
			"main.go", "package main\n\nimport \"" + goModule + "\"\n\nfunc main() {\n\tr := worker.NewTaskRunner(nil, nil)\n\tr.StartWorker(\"t\", nil, 1, 0)\n}\n",
			"WaitWorkers", "runner.WaitWorkers()", 7,
		},
		"an error that is lost": {
			"w.go", "package a\n\nimport \"" + goModule + "\"\n\ntype out struct{}\n\nvar _ = worker.NewTypedWorker(\"t\", func(worker.TaskContext, out) (*out, error) { return nil, err })\n",
			"NewTypedWorker t", "NewTypedWorker[In, any]", 7,
		},
		"an error of a function that is lost": {
			"w.go", "package a\n\nimport \"" + goModule + "\"\n\nvar _ = worker.NewSimpleTypedWorker(\"t\", f)\n\nfunc f() (int, error) { return 0, fmt.Errorf(\"x\") }\n",
			"NewTypedWorker t", "any", 5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			notices := noticed(t, tc.file, tc.text)
			require.Len(t, notices, 1)
			require.Equal(t, discover.KindTrap, notices[0].Kind)
			require.Equal(t, tc.subject, notices[0].Subject)
			require.Contains(t, notices[0].Fix, tc.fix)
			require.Equal(t, discover.Place{File: tc.file, Line: tc.line}, notices[0].Place)
		})
	}
}

const goModule = "github.com/conductor-sdk/conductor-go/sdk/worker"

func TestVariablesThatNothingReads(t *testing.T) {
	python := "from conductor.client.worker.worker_task import worker_task\n@worker_task(task_definition_name='get-inventory')\ndef f(): ...\n"
	script := "import { worker } from \"@io-orkes/conductor-javascript\";\nworker({ taskDefName: \"ship\" })(f);\n"
	rust := "use conductor_macros::worker;\n#[worker(name = \"ship-it\")]\nasync fn f() {}\n"
	golang := "package a\n\nimport \"" + goModule + "\"\n\nvar _ = worker.NewWorker(\"ship\", nil)\n"
	java := "import com.netflix.conductor.sdk.workflow.task.WorkerTask;\nclass A { @WorkerTask(\"ship\") void f() {} }\n"
	for _, tc := range []struct{ file, text, variable, fix string }{
		{"a.py", python, "CONDUCTOR_WORKER_GET_INVENTORY_DOMAIN", "env 'conductor.worker.get-inventory.domain=VALUE' COMMAND"},
		{"a.py", python, "Conductor_Worker_All_Domain", "Write it so: CONDUCTOR_WORKER_ALL_DOMAIN"},
		{"a.py", python, "CONDUCTOR_WORKER_ALL_POLL_INTERVAL_MILLIS", "CONDUCTOR_WORKER_ALL_POLL_INTERVAL"},
		{"a.py", python, "CONDUCTOR_WORKER_OTHER_DOMAIN", "orkesctl worker list"},
		{"a.js", script, "conductor_worker_ship_domain", "Write it so: CONDUCTOR_WORKER_SHIP_DOMAIN"},
		{"a.js", script, "CONDUCTOR_WORKER_SHIP_THREAD_COUNT", "orkesctl worker list"},
		{"a.js", script, "CONDUCTOR_WORKER_SHIP_POLL_INTERVAL_MILLIS", "CONDUCTOR_WORKER_SHIP_POLL_INTERVAL"},
		{"a.rs", rust, "CONDUCTOR_WORKER_SHIP_IT_POLL_INTERVAL", "CONDUCTOR_WORKER_SHIP_IT_POLL_INTERVAL_MILLIS"},
		{"a.rs", rust, "CONDUCTOR_WORKER_SHIP-IT_DOMAIN", "CONDUCTOR_WORKER_SHIP_IT_DOMAIN"},
		{"a.go", golang, "CONDUCTOR_WORKER_SHIP_DOMAIN", "worker.WithDomain"},
		{"A.java", java, "conductor.worker.ship.domain", "conductor-workers.properties"},
	} {
		notices := noticed(t, tc.file, tc.text, tc.variable+"=x")
		require.Len(t, notices, 1, tc.variable)
		require.Equal(t, discover.KindVariable, notices[0].Kind)
		require.Equal(t, tc.variable, notices[0].Subject)
		require.Contains(t, notices[0].Fix, tc.fix)
	}
	for _, tc := range []struct{ file, text, variable string }{
		{"a.py", python, "CONDUCTOR_WORKER_GET-INVENTORY_DOMAIN"},
		{"a.py", python, "conductor.worker.get-inventory.paused"},
		{"a.py", python, "CONDUCTOR_WORKER_ALL_THREAD_COUNT"},
		{"a.py", python, "CONDUCTOR_SERVER_URL"},
		{"a.js", script, "CONDUCTOR_WORKER_SHIP_CONCURRENCY"},
		{"a.rs", rust, "CONDUCTOR_WORKER_SHIP_IT_DOMAIN"},
		{"a.go", golang + "var own = os.Getenv(\"CONDUCTOR_WORKER_OWN\")", "CONDUCTOR_WORKER_OWN"},
		{"none.py", "import conductor\n", "CONDUCTOR_WORKER_X_DOMAIN"},
	} {
		require.Empty(t, noticed(t, tc.file, tc.text, tc.variable+"=x"), tc.variable)
	}
}
