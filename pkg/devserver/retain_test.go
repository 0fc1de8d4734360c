package devserver_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// The file of a server that forgets stops growing: the room of what is forgotten is used again, that of definitions which came with a
// start too.
func TestAFileOfAServerThatForgetsStopsGrowing(t *testing.T) {
	grown := func(rule engine.Retention) (before, after int64) {
		path := filepath.Join(t.TempDir(), "d.db")
		s := newStateful(t, func(o *devserver.Options) {
			o.Flavor, o.Retain = devserver.FlavorOSS, rule
			onFile(t, path)(o)
		})
		size := func() int64 {
			for n := range 150 {
				def := conductor.NewWorkflowDef()
				def.Name, def.Tasks = fmt.Sprint("inline", n), []conductor.WorkflowTask{{Name: "a", TaskReferenceName: "a"}}
				_, err := s.admin.Workflows.Start(t.Context(), conductor.StartWorkflowRequest{Name: def.Name, WorkflowDef: &def})
				require.NoError(t, err)
				require.NoError(t, s.update(s.poll("a"), conductor.TaskCompleted))
			}
			info, err := os.Stat(path)
			require.NoError(t, err)
			return info.Size()
		}
		before = size()
		for range 4 {
			after = size()
		}
		return before, after
	}
	before, after := grown(engine.Retention{Count: 10})
	require.LessOrEqual(t, after, before*3/2)
	before, after = grown(engine.Retention{})
	require.Greater(t, after, 2*before, "which is more than it takes to keep all")
}
