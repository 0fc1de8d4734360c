package worker

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestWorth(t *testing.T) {
	nobody := identity.Worker{}
	somebody := identity.Worker{Settings: config.Settings{Key: config.Setting{Value: "k"}}}
	for name, tc := range map[string]struct {
		err  error
		who  identity.Worker
		want bool
	}{
		"nothing":             {nil, somebody, false},
		"a key refused":       {&conductor.AuthError{KeyID: "k", Err: &conductor.Error{Status: 401}}, somebody, true},
		"no key":              {&conductor.Error{Status: 401}, nobody, false},
		"may not see":         {&conductor.Error{Status: 403}, somebody, false},
		"no such route":       {&conductor.Error{Status: 404}, nobody, false},
		"a server in trouble": {&conductor.Error{Status: 503}, somebody, true},
		"no server":           {&conductor.ConnectError{Err: errors.New("x")}, nobody, true},
		"a web page":          {&conductor.ProtocolError{Kind: conductor.HTMLPage}, nobody, true},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tc.want, worth(tc.err, tc.who)) })
	}
}

func TestTasksOfAProject(t *testing.T) {
	root := t.TempDir()
	l := &launcher{unit: &launch.Unit{Project: &project.Project{Root: root, Definitions: "defs", Origin: project.Origin{Tasks: []string{"b", "a"}}}}}
	require.Equal(t, []string{"b", "a"}, l.tasks(), "there is no folder of definitions")
	require.NoError(t, os.Mkdir(filepath.Join(root, "defs"), 0o700))
	text := "kind: TaskDef\nname: a\n---\nkind: TaskDef\nname: c\n---\nkind: TaskDef\n---\nname: flow\ntasks: []\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "defs", "x.yaml"), []byte(text), 0o600))
	require.Equal(t, []string{"b", "a", "c"}, l.tasks())
	require.Equal(t, []string{"b", "a"}, l.unit.Project.Origin.Tasks, "the project is as it was")
}
