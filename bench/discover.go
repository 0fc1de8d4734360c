package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// sources is how many files the project has whose workers are listed; one in ten declares one, and as many again are ignored.
const (
	sources = 10_000
	every   = 10
	lists   = 7
)

// measureDiscover times `orkesctl worker list` in a large project, against reading its files one after the other.
func measureDiscover(ctx context.Context, l *lab, results *table) error {
	root, err := os.MkdirTemp(l.folder, "sources")
	if err != nil {
		return err
	}
	if err := writeSources(root, sources); err != nil {
		return err
	}
	var listing, reading []time.Duration
	found := 0
	for range lists {
		took, n, err := l.listWorkers(ctx, root)
		if err != nil {
			return err
		}
		listing, found = append(listing, took), n
		began := time.Now()
		if err := readAll(filepath.Join(root, "src")); err != nil {
			return err
		}
		reading = append(reading, time.Since(began))
	}
	took, yardstick := median(listing), median(reading)
	results.add(row{
		fmt.Sprintf("%d files", sources), millis(took), "reading them " + millis(yardstick), times(took, yardstick), "<= 2 s", took <= 2*time.Second,
	})
	results.add(row{what: "workers found", measured: strconv.Itoa(found), aim: strconv.Itoa(sources / every), met: found == sources/every})
	return nil
}

// writeSources writes n files below src, in five languages by turns, and as many below node_modules, which nobody wants.
func writeSources(root string, n int) error {
	for i := range n {
		ext, text := sourceFile(i)
		for _, top := range []string{"src", "node_modules"} {
			dir := filepath.Join(root, top, fmt.Sprintf("part%d", i/100))
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file%d%s", i, ext)), []byte(text), 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// sourceFile is one file of some 4 kB.
func sourceFile(i int) (ext, text string) {
	kinds := []struct{ ext, head, worker, filler string }{
		{
			".go", "package part\n\nimport sdk \"github.com/conductor-sdk/conductor-go/sdk/worker\"\n",
			"const task%[1]d = \"task-%[1]d\"\n\nvar _ = sdk.NewWorker(task%[1]d, nil, sdk.WithDomain(\"john\"))\n",
			"func f%[1]d(a, b int) (int, error) {\n\tif a > b {\n\t\treturn a + b, nil\n\t}\n\treturn 0, errors.New(\"less\")\n}\n",
		},
		{
			".py", "from conductor.client.worker.worker_task import worker_task\n",
			"TASK = \"task-%[1]d\"\n\n\n@worker_task(task_definition_name=TASK, domain=\"john\")\ndef work(task):\n    return {}\n",
			"def f%[1]d(a, b):\n    \"\"\"Adds.\"\"\"\n    return a + b if a > b else f\"{a} is less\"\n",
		},
		{
			".java", "import com.netflix.conductor.sdk.workflow.task.WorkerTask;\n",
			"class W%[1]d {\n    static final String TASK = \"task-%[1]d\";\n\n    @WorkerTask(value = TASK, domain = \"john\")\n    void work() {}\n}\n",
			"class F%[1]d {\n    int add(int a, int b) {\n        return a > b ? a + b : 0; // less\n    }\n}\n",
		},
		{
			".ts", "import { worker } from \"@io-orkes/conductor-javascript\";\n",
			"const TASK = \"task-%[1]d\";\nworker({ taskDefName: TASK, domain: \"john\" })(async () => ({}));\n",
			"export const f%[1]d = (a: number, b: number) => (a > b ? a + b : `${a} is less`);\n",
		},
		{
			".rs", "use conductor_macros::worker;\n", "#[worker(name = \"task-%[1]d\", domain = \"john\")]\nasync fn work(task: Task) {}\n",
			"fn f%[1]d(a: i64, b: i64) -> i64 {\n    if a > b { a + b } else { 0 }\n}\n",
		},
	}
	kind := kinds[i%len(kinds)]
	var b strings.Builder
	if i/len(kinds)%every == 0 {
		fmt.Fprintf(&b, kind.head+"\n"+kind.worker+"\n", i)
	} else if kind.ext == ".go" {
		b.WriteString("package part\n\n")
	}
	for j := 0; b.Len() < 4000; j++ {
		fmt.Fprintf(&b, kind.filler+"\n", j)
	}
	return kind.ext, b.String()
}

func (l *lab) listWorkers(ctx context.Context, root string) (took time.Duration, found int, err error) {
	cmd, err := l.command(ctx, nil, l.orkesctl, "worker", "list", root, "-o", "json")
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	out, err := cmd.Output()
	took = time.Since(began)
	if err != nil {
		return 0, 0, fmt.Errorf("worker list: %w", err)
	}
	var workers []struct{ Task, Domain string }
	if err := json.Unmarshal(out, &workers); err != nil {
		return 0, 0, fmt.Errorf("worker list: %w", err)
	}
	for _, w := range workers {
		if strings.HasPrefix(w.Task, "task-") && w.Domain == "john" {
			found++
		}
	}
	return took, found, nil
}

func readAll(root string) error {
	return filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = os.ReadFile(path) //nolint:gosec // a file of this run
		return err
	})
}
