package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/snapshot"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

func about() snapshot.About {
	return snapshot.About{Flavor: "orkes", Version: "1.2.3", Time: 1_700_000_000_000, Admin: "key"}
}

func entries() []store.Entry {
	return []store.Entry{
		{Kind: "task", Key: "1", Data: []byte(`{"a":"<&>","n":12345678901234567890}`)},
		{Kind: "secret", Key: "a b/\u00e9", Data: []byte(`"x"`)},
		{Kind: "none", Key: "1", Data: []byte(`null`)},
	}
}

func sequence(list []store.Entry) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		for _, entry := range list {
			if !yield(entry, nil) {
				return
			}
		}
	}
}

func written(t *testing.T, list []store.Entry) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, snapshot.Write(&out, about(), sequence(list)))
	return out.Bytes()
}

func packed(t *testing.T, lines ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, strings.Join(lines, "\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, list := range [][]store.Entry{entries(), nil} {
		found, got, err := snapshot.Read(bytes.NewReader(written(t, list)))
		require.NoError(t, err)
		want := about()
		want.Format = snapshot.Format
		require.Equal(t, want, found)
		require.Equal(t, list, got)
	}
}

// No bit that means something can change unseen, and no part be missing.
func TestDamageIsSeen(t *testing.T) {
	whole := written(t, entries())
	read := func(data []byte) error {
		_, got, err := snapshot.Read(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, got)
		} else if slices.EqualFunc(got, entries(), func(a, b store.Entry) bool { return a.Kind+a.Key+string(a.Data) == b.Kind+b.Key+string(b.Data) }) {
			return snapshot.ErrDamaged // a bit that means nothing: gzip's time, or the padding at its end
		}
		return err
	}
	for i := range whole {
		require.ErrorIs(t, read(whole[:i]), snapshot.ErrDamaged, "cut off after %d bytes", i)
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x10
		require.ErrorIs(t, read(damaged), snapshot.ErrDamaged, "byte %d", i)
	}
	require.ErrorIs(t, read(append(bytes.Clone(whole), "more"...)), snapshot.ErrDamaged)
	require.ErrorIs(t, read(append(bytes.Clone(whole), whole...)), snapshot.ErrDamaged)
}

func TestWhatIsNoSnapshot(t *testing.T) {
	const head, end = `{"snapshot":{"format":1,"flavor":"oss"}}`, `{"records":1}`
	for name, tc := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":          {nil, snapshot.ErrDamaged},
		"text":             {[]byte("no snapshot"), snapshot.ErrDamaged},
		"nothing inside":   {packed(t, ""), snapshot.ErrDamaged},
		"another's JSON":   {packed(t, `{"name":"x"}`), snapshot.ErrDamaged},
		"no JSON":          {packed(t, "hello"), snapshot.ErrDamaged},
		"a list":           {packed(t, "[1]"), snapshot.ErrDamaged},
		"format zero":      {packed(t, `{"snapshot":{"format":0}}`, `{"records":0}`), snapshot.ErrDamaged},
		"a newer format":   {packed(t, `{"snapshot":{"format":2}}`, "whatever that may have"), snapshot.ErrNewer},
		"no end":           {packed(t, head), snapshot.ErrDamaged},
		"one too few":      {packed(t, head, end), snapshot.ErrDamaged},
		"one too many":     {packed(t, head, `{"kind":"a","key":"1","value":1}`, `{"kind":"a","key":"2","value":1}`, end), snapshot.ErrDamaged},
		"no kind":          {packed(t, head, `{"key":"1","value":1}`, end), snapshot.ErrDamaged},
		"no key":           {packed(t, head, `{"kind":"a","value":1}`, end), snapshot.ErrDamaged},
		"no value":         {packed(t, head, `{"kind":"a","key":"1"}`, end), snapshot.ErrDamaged},
		"more after it":    {packed(t, head, `{"kind":"a","key":"1","value":1}`, end, `{}`), snapshot.ErrDamaged},
		"rubbish after it": {packed(t, head, `{"kind":"a","key":"1","value":1}`, end, `}`), snapshot.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			_, got, err := snapshot.Read(bytes.NewReader(tc.data))
			require.ErrorIs(t, err, tc.want)
			require.Nil(t, got)
		})
	}
	_, got, err := snapshot.Read(bytes.NewReader(packed(t, head, `{"kind":"a","key":"1","value":1}`, end, "")))
	require.NoError(t, err)
	require.Len(t, got, 1)
}

// A reader that fails is no damage.
func TestAReaderThatFails(t *testing.T) {
	broken := errors.New("the line is dead")
	whole := written(t, entries())
	for _, n := range []int{0, 5, 12, len(whole) - 1} {
		_, _, err := snapshot.Read(io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken)
		require.NotErrorIs(t, err, snapshot.ErrDamaged)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	broken := errors.New("no more")
	err := snapshot.Write(io.Discard, about(), func(yield func(store.Entry, error) bool) {
		yield(store.Entry{}, broken)
	})
	require.ErrorIs(t, err, broken)
	require.Error(t, snapshot.Write(io.Discard, about(), sequence([]store.Entry{{Kind: "a", Key: "1", Data: []byte("{")}})))
	full := iotest.TruncateWriter(io.Discard, 10)
	require.NoError(t, snapshot.Write(full, about(), sequence(entries())), "this writer says that all is well")
}

func FuzzRead(f *testing.F) {
	var whole bytes.Buffer
	require.NoError(f, snapshot.Write(&whole, about(), sequence(entries())))
	f.Add(whole.Bytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		found, got, err := snapshot.Read(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, got)
			return
		}
		var again bytes.Buffer
		require.NoError(t, snapshot.Write(&again, found, sequence(got)))
		_, second, err := snapshot.Read(&again)
		require.NoError(t, err)
		require.Len(t, second, len(got))
	})
}
