package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

func open(t *testing.T, path string) store.Store {
	t.Helper()
	kept, err := store.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, kept.Close()) })
	return kept
}

// content is all that a store holds, as "kind/key=json".
func content(t *testing.T, kept store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, kept.Load(t.Context(), func(kind, key string, data []byte) error {
		all[kind+"/"+key] = strings.TrimSpace(string(data))
		return nil
	}))
	return all
}

func TestAFileKeepsWhatWasCommitted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.db")
	kept, err := store.Open(path)
	require.NoError(t, err)
	ctx := t.Context()
	require.Empty(t, content(t, kept))
	require.NoError(t, kept.Commit(ctx, []store.Record{{Kind: "a", Key: "1", Value: map[string]any{"x": "<&>"}}, {Kind: "a", Key: "2", Value: 2}, {Kind: "b", Key: "1", Value: "text"}}))
	require.NoError(t, kept.Commit(ctx, []store.Record{{Kind: "a", Key: "2"}, {Kind: "none", Key: "9"}, {Kind: "b", Key: "1", Value: []int{3}}}))
	require.NoError(t, kept.Commit(ctx, nil))
	want := map[string]string{"a/1": `{"x":"<&>"}`, "b/1": "[3]"}
	require.Equal(t, want, content(t, kept))
	require.NoError(t, kept.Close())
	require.NoError(t, kept.Close(), "twice does no harm")
	require.Error(t, kept.Commit(ctx, []store.Record{{Kind: "a", Key: "1", Value: 1}}))

	require.Equal(t, want, content(t, open(t, path)))
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}

func TestACommitIsAllOrNothing(t *testing.T) {
	kept := open(t, filepath.Join(t.TempDir(), "d.db"))
	require.ErrorContains(t, kept.Commit(t.Context(), []store.Record{{Kind: "a", Key: "1", Value: 1}, {Kind: "a", Key: "2", Value: func() {}}}), `encode a "2"`)
	require.ErrorContains(t, kept.Commit(t.Context(), []store.Record{{Kind: "a", Key: "1", Value: 1}, {Kind: "a", Key: strings.Repeat("k", 40000), Value: 1}}), "store a")
	require.ErrorContains(t, kept.Commit(t.Context(), []store.Record{{Kind: "a", Key: "1", Value: 1}, {Kind: "a", Key: "", Value: 1}}), "store a")
	require.Empty(t, content(t, kept))
}

// A file takes on another content whole, or stays as it is.
func TestAFileIsReplaced(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "d.db"), t.Context()
	kept, err := store.Open(path)
	require.NoError(t, err)
	require.NoError(t, kept.Commit(ctx, []store.Record{{Kind: "old", Key: "1", Value: 1}, {Kind: "both", Key: "1", Value: 1}, {Kind: "both", Key: "2", Value: 2}}))
	before := content(t, kept)
	require.Error(t, kept.Replace(ctx, []store.Entry{{Kind: "new", Key: "1", Data: []byte("9")}, {Kind: "new", Key: "", Data: []byte("9")}}))
	require.Equal(t, before, content(t, kept))

	require.NoError(t, kept.Replace(ctx, []store.Entry{{Kind: "both", Key: "1", Data: []byte("7")}, {Kind: "new", Key: "1", Data: []byte("8")}}))
	require.NoError(t, kept.Commit(ctx, []store.Record{{Kind: "new", Key: "2", Value: 3}}))
	want := map[string]string{"both/1": "7", "new/1": "8", "new/2": "3"}
	require.Equal(t, want, content(t, kept))
	require.NoError(t, kept.Close())
	require.Error(t, kept.Replace(ctx, []store.Entry{}))
	require.Equal(t, want, content(t, open(t, path)), "and says still what format it has")
}

// Many commit at once: each is written, and one that cannot be harms no other.
func TestCommitsAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.db")
	kept := open(t, path)
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			key := fmt.Sprint(i)
			if i%50 == 7 {
				key = ""
			}
			err := kept.Commit(context.Background(), []store.Record{{Kind: "a", Key: key, Value: i}})
			if (err != nil) != (key == "") {
				t.Errorf("commit %d: %v", i, err)
			}
		})
	}
	group.Wait()
	require.Len(t, content(t, kept), 196)
}

func TestLoadStopsAtAnError(t *testing.T) {
	kept := open(t, filepath.Join(t.TempDir(), "d.db"))
	require.NoError(t, kept.Commit(t.Context(), []store.Record{{Kind: "a", Key: "1", Value: 1}, {Kind: "a", Key: "2", Value: 2}}))
	wrong, visits := errors.New("wrong"), 0
	require.ErrorIs(t, kept.Load(t.Context(), func(string, string, []byte) error { visits++; return wrong }), wrong)
	require.Equal(t, 1, visits)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, kept.Load(ctx, func(string, string, []byte) error { return nil }), context.Canceled)
}

func TestTwoProcessesOnOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.db")
	open(t, path)
	_, err := store.Open(path)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, path)
}

// What is refused is left as it was.
func TestRefusedFilesAreUntouched(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.db")
	kept, err := store.Open(good)
	require.NoError(t, err)
	var records []store.Record
	for i := range 500 {
		records = append(records, store.Record{Kind: "a", Key: fmt.Sprint(i), Value: strings.Repeat("x", 300)})
	}
	require.NoError(t, kept.Commit(t.Context(), records))
	require.NoError(t, kept.Close())
	whole, err := os.ReadFile(good)
	require.NoError(t, err)

	for name, tc := range map[string]struct {
		data []byte
		want error
	}{
		"text":               {[]byte(strings.Repeat("no database\n", 1000)), store.ErrDamaged},
		"a few bytes":        {[]byte("x"), store.ErrDamaged},
		"its head gone":      {append(make([]byte, 8192), whole[8192:]...), store.ErrDamaged},
		"another format":     {about(t, "format", "99"), store.ErrNewer},
		"no format":          {about(t, "other", "1"), store.ErrDamaged},
		"a format of words":  {about(t, "format", "one"), store.ErrDamaged},
		"another's database": {foreign(t), store.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "d.db")
			require.NoError(t, os.WriteFile(path, tc.data, 0o600))
			_, err := store.Open(path)
			require.ErrorIs(t, err, tc.want)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, tc.data, after)
		})
	}
}

// A file whose end is missing, or whose pages are not what they should be, is refused when it is opened or when it is read, and does not
// end the program.
func TestDamageInside(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.db")
	kept, err := store.Open(good)
	require.NoError(t, err)
	var records []store.Record
	for i := range 2000 {
		records = append(records, store.Record{Kind: "a", Key: fmt.Sprint(i), Value: strings.Repeat("x", 300)})
	}
	require.NoError(t, kept.Commit(t.Context(), records))
	require.NoError(t, kept.Close())
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"cut off":     whole[:len(whole)/2],
		"zeroed":      append(append([]byte{}, whole[:12288]...), make([]byte, len(whole)-12288)...),
		"overwritten": append(append([]byte{}, whole[:12288]...), []byte(strings.Repeat("garbage!", (len(whole)-12288)/8))...),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "d.db")
			require.NoError(t, os.WriteFile(path, data, 0o600))
			kept, err := store.Open(path)
			if err == nil {
				err = kept.Load(t.Context(), func(string, string, []byte) error { return nil })
				_ = kept.Close()
			}
			require.ErrorIs(t, err, store.ErrDamaged)
		})
	}
}

func TestPathsThatAreNoFile(t *testing.T) {
	_, err := store.Open(t.TempDir())
	require.ErrorContains(t, err, "it is no file")
	_, err = store.Open(filepath.Join(t.TempDir(), "none", "d.db"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// about is a database of ours that says the given thing of itself.
func about(t *testing.T, key, value string) []byte {
	t.Helper()
	return database(t, "about", key, value)
}

// foreign is a bbolt database of another program.
func foreign(t *testing.T) []byte {
	t.Helper()
	return database(t, "theirs", "key", "value")
}

func database(t *testing.T, bucket, key, value string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "d.db")
	db, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), []byte(value))
	}))
	require.NoError(t, db.Close())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}
