// Command bare is the least that a program with cobra and net/http can be, and the least that a server can do with the requests of a
// workflow's life: the yardstick of orkesctl --version and of its server.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{Use: "bare", Version: "1.0.0", SilenceErrors: true, SilenceUsage: true}
	root.SetVersionTemplate("bare {{.Version}}\n")
	root.AddCommand(&cobra.Command{Use: "serve", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return serve() }})
	if err := root.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("{\"url\":\"http://%s/api\"}\n", listener.Addr())
	return http.Serve(listener, noop())
}

// noop hands what is started to whoever polls, and knows nothing of it but a number.
func noop() http.Handler {
	var last atomic.Int64
	queue := make(chan int64, 1<<16)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/workflow", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		id := last.Add(1)
		queue <- id
		fmt.Fprint(w, id)
	})
	mux.HandleFunc("GET /api/tasks/poll/batch/{task}", func(w http.ResponseWriter, r *http.Request) {
		wait, _ := strconv.Atoi(r.FormValue("timeout"))
		timer := time.NewTimer(time.Duration(wait) * time.Millisecond)
		defer timer.Stop()
		select {
		case id := <-queue:
			fmt.Fprintf(w, `[{"taskId":"%d","workflowInstanceId":"%d","inputData":{"id":"42"}}]`, id, id)
		case <-timer.C:
			fmt.Fprint(w, "[]")
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /api/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	return mux
}
