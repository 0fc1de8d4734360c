package devserver_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// written is a file that an older program wrote, unpacked, with the ids and the worker's key that are in it. testdata/format/N.db.gz is of
// the first program whose files had format N: it is never made anew.
func written(t *testing.T, format string) (path string, ids map[string]string, worker conductor.NewAccessKey) {
	t.Helper()
	packed, err := os.Open(filepath.Join("testdata", "format", format+".db.gz"))
	require.NoError(t, err)
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	require.NoError(t, err)
	data, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "d.db")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	var known struct {
		IDs         map[string]string
		Key, Secret string
	}
	text, err := os.ReadFile(filepath.Join("testdata", "format", format+".json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &known))
	return path, known.IDs, conductor.NewAccessKey{ID: known.Key, Secret: known.Secret}
}

// A file of every format that there was is taken on, and everything in it goes on.
func TestOlderFilesGoOn(t *testing.T) {
	for _, format := range []string{"1"} {
		t.Run(format, func(t *testing.T) {
			path, ids, worker := written(t, format)
			s := newStateful(t, onFile(t, path))
			client, err := conductor.New(s.URL(), conductor.WithCredentials(worker.ID, worker.Secret))
			require.NoError(t, err)
			_, err = client.Tasks.PollBatch(t.Context(), conductor.PollRequest{TaskType: "b", Count: 1})
			require.True(t, conductor.IsForbidden(err), "the key is known, and has no grant: %v", err)
			logs, err := s.admin.Tasks.Logs(t.Context(), s.taskOf(ids["ended"]))
			require.NoError(t, err)
			require.Equal(t, "a line", logs[0].Log)
			s.goesOn(ids, heldTask(s, ids))
		})
	}
}

func (s *stateful) taskOf(id string) string {
	s.t.Helper()
	found, err := s.admin.Workflows.Get(s.t.Context(), id, true)
	require.NoError(s.t, err)
	return found.Value.Tasks[0].TaskID
}

// A file whose records cannot be understood is refused before anything is written to it: byte for byte it is what it was.
func TestAFileThatIsNotUnderstoodIsUntouched(t *testing.T) {
	without := func(kind string) func([]store.Entry) []store.Entry {
		return func(all []store.Entry) []store.Entry {
			return slices.DeleteFunc(all, func(e store.Entry) bool { return e.Kind == kind })
		}
	}
	with := func(kind, data string) func([]store.Entry) []store.Entry {
		return func(all []store.Entry) []store.Entry {
			return append(all, store.Entry{Kind: kind, Key: "x", Data: []byte(data)})
		}
	}
	for name, damage := range map[string]func([]store.Entry) []store.Entry{
		"no definitions": without("plan"), "a task that is none": with("task", `{"task":7}`), "a key that is none": with("access-key", `[]`),
		"a secret that is none": with("secret", `{}`),
	} {
		t.Run(name, func(t *testing.T) {
			path, _, _ := written(t, "1")
			damaged, err := store.Open(path)
			require.NoError(t, err)
			var entries []store.Entry
			require.NoError(t, damaged.Load(t.Context(), func(kind, key string, data []byte) error {
				entries = append(entries, store.Entry{Kind: kind, Key: key, Data: data})
				return nil
			}))
			require.NoError(t, damaged.Replace(t.Context(), damage(entries)))
			require.NoError(t, damaged.Close())
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			kept, err := store.Open(path)
			require.NoError(t, err)
			_, err = devserver.New(devserver.Options{Store: kept, Key: "another-key", Secret: "another-secret"})
			require.Error(t, err)
			require.NoError(t, kept.Close())
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
}
