package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// What doctor is measured with: a project of so many workers, and a server that far away.
const (
	doctorWorkers = 100
	doctorFar     = 50 * time.Millisecond
	doctorRounds  = 7
	doctorAim     = 600 * time.Millisecond
)

// measureDoctor takes the time of `orkesctl doctor`, and counts its requests for one worker and for many.
func measureDoctor(ctx context.Context, l *lab, results *table) error {
	one, err := l.doctor(ctx, 1)
	if err != nil {
		return err
	}
	all, err := l.doctor(ctx, doctorWorkers)
	if err != nil {
		return err
	}
	results.add(row{what: "1 worker, 1 task", measured: millis(one.took), beside: fmt.Sprintf("%d requests", one.requests)})
	results.add(row{
		fmt.Sprintf("%d workers, %d tasks", doctorWorkers, doctorWorkers), millis(all.took), fmt.Sprintf("%d requests", all.requests), times(all.took, one.took),
		"<= " + millis(doctorAim), all.took <= doctorAim,
	})
	most := one.requests + doctorWorkers/50
	results.add(row{
		what: "requests", measured: fmt.Sprintf("%d more", all.requests-one.requests), beside: fmt.Sprintf("%d for one", one.requests),
		aim: fmt.Sprintf("<= %d", most), met: all.requests <= most,
	})
	return nil
}

type examined struct {
	took     time.Duration
	requests int64
}

// doctor makes a project with so many workers, of which nothing is wrong, and examines it.
func (l *lab) doctor(ctx context.Context, workers int) (examined, error) {
	server, err := devserver.New(devserver.Options{})
	if err != nil {
		return examined{}, err
	}
	var count, far atomic.Int64
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		pause(r.Context(), time.Duration(far.Load()))
		server.ServeHTTP(w, r)
	}))
	defer listener.Close()
	key, secret := server.Credentials()
	folder, err := doctorProject(ctx, l.folder, listener.URL, key, secret, workers)
	if err != nil {
		return examined{}, err
	}
	far.Store(int64(doctorFar))
	var taken []time.Duration
	var requests int64
	for range doctorRounds {
		env := []string{"CONDUCTOR_SERVER_URL=" + listener.URL, "CONDUCTOR_AUTH_KEY=" + key, "CONDUCTOR_AUTH_SECRET=" + secret}
		cmd, err := l.command(ctx, env, l.orkesctl, "doctor", "--skip", "ORK-ENV-005")
		if err != nil {
			return examined{}, err
		}
		cmd.Dir = folder
		before, began := count.Load(), time.Now()
		said, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) || strings.Contains(string(said), "✗") {
			return examined{}, fmt.Errorf("doctor: %w\n%s", err, said)
		}
		taken, requests = append(taken, time.Since(began)), count.Load()-before
	}
	return examined{median(taken), requests}, nil
}

// doctorProject writes a project of Go workers into a folder below the given one, and sets up its server.
func doctorProject(ctx context.Context, below, url, key, secret string, workers int) (string, error) {
	admin, err := conductor.New(url, conductor.WithCredentials(key, secret))
	if err != nil {
		return "", err
	}
	app, err := admin.Applications.Create(ctx, "bench")
	if err != nil {
		return "", err
	}
	own, err := admin.Applications.CreateKey(ctx, app.Value.ID)
	if err != nil {
		return "", err
	}
	err = errors.Join(admin.Applications.AddRole(ctx, app.Value.ID, "WORKER"), admin.Authorization.Grant(ctx, conductor.Authorization{
		Subject: conductor.Subject{Type: "USER", ID: app.Value.UserID()}, Target: conductor.Target{Type: "DOMAIN", ID: "bench"}, Access: []string{"EXECUTE"},
	}))
	if err != nil {
		return "", err
	}
	var defs []json.RawMessage
	var steps, code []string
	for i := range workers {
		name := fmt.Sprintf("bench-%d", i)
		defs = append(defs, json.RawMessage(fmt.Sprintf(`{"name":%q,"responseTimeoutSeconds":60,"timeoutSeconds":600}`, name)))
		steps = append(steps, fmt.Sprintf(`{"name":%q,"taskReferenceName":%q}`, name, name))
		code = append(code, fmt.Sprintf("\trunner.RegisterWorkers(worker.NewWorker(%q, handle, worker.WithDomain(\"bench\")))\n", name))
	}
	err = errors.Join(admin.TaskDefs.Put(ctx, defs), admin.WorkflowDefs.Create(ctx, json.RawMessage(
		`{"name":"bench","version":1,"tasks":[`+strings.Join(steps, ",")+`]}`), conductor.PutOptions{}))
	if err != nil {
		return "", err
	}
	return writeDoctorProject(below, url, own, strings.Join(code, ""))
}

func writeDoctorProject(below, url string, own conductor.NewAccessKey, code string) (string, error) {
	folder, err := os.MkdirTemp(below, "doctor")
	if err != nil {
		return "", err
	}
	for name, text := range map[string]string{
		"orkesctl.yaml": "application: bench\ndomain: bench\n", "go.mod": "module bench\n\ngo 1.23\n",
		"main.go": "package main\n\nimport (\n\t\"github.com/conductor-sdk/conductor-go/sdk/client\"\n\t\"github.com/conductor-sdk/conductor-go/sdk/worker\"\n)\n\n" +
			"func main() {\n\trunner := worker.NewTaskRunnerWithApiClient(client.NewAPIClientFromEnv())\n" + code + "\trunner.WaitWorkers()\n}\n",
		".env": fmt.Sprintf("CONDUCTOR_SERVER_URL=%s/api\nCONDUCTOR_AUTH_KEY=%s\nCONDUCTOR_AUTH_SECRET=%s\n", strings.TrimSuffix(url, "/api"), own.ID, own.Secret),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return folder, nil
}
