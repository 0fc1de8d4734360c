package devserver_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/api"
)

func TestTheLevelOfTheLog(t *testing.T) {
	for level, want := range map[slog.Level][]string{
		slog.LevelWarn: {}, slog.LevelInfo: {"workflow.started", "workflow.ended"},
		slog.LevelDebug: {"workflow.started", "task.scheduled", "task.polled", "task.ended", "workflow.ended"},
	} {
		t.Run(level.String(), func(t *testing.T) {
			var out bytes.Buffer
			s := newStateful(t, func(o *devserver.Options) {
				o.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: level}))
			})
			define(t, s.admin)
			run(t, s.admin, "")
			require.NoError(t, s.update(s.poll("get-inventory"), conductor.TaskCompleted))
			for _, kind := range []string{"workflow.started", "task.scheduled", "task.polled", "task.ended", "workflow.ended"} {
				if len(want) > 0 && want[0] == kind {
					require.Contains(t, out.String(), "msg="+kind)
					want = want[1:]
					continue
				}
				require.NotContains(t, out.String(), "msg="+kind)
			}
			require.Empty(t, want)
			if level < slog.LevelWarn {
				require.Contains(t, out.String(), "workflow=get-inventory-demo")
			}
		})
	}
}

// Requests are told and added up whatever state the server has.
func TestARestoreIsSeenFromOutside(t *testing.T) {
	var mu sync.Mutex
	told := 0
	s := newStateful(t, func(o *devserver.Options) {
		o.AccessLog = func(r api.Access) {
			mu.Lock()
			defer mu.Unlock()
			if r.Path == "/api/workflow/none" {
				told++
			}
		}
	})
	for range 2 {
		_, err := s.admin.Workflows.Get(t.Context(), "none", false)
		require.True(t, conductor.IsNotFound(err))
		s.restore(s.snapshot())
	}
	answer, err := http.Get(strings.TrimSuffix(s.URL(), "/api") + "/metrics")
	require.NoError(t, err)
	page, err := io.ReadAll(answer.Body)
	require.NoError(t, errors.Join(err, answer.Body.Close()))
	require.Contains(t, string(page), `orkesctl_http_requests_total{route="GET /api/workflow/{id}",status="404"} 2`)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, 2, told)
}
