package payload_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/payload"
)

func put(s *payload.Storage, path, owner string, data []byte) error {
	return s.Put(path, owner, s.Ticket(payload.Write, path, owner), data)
}

func TestTicketsAreForOneThing(t *testing.T) {
	s := payload.New()
	require.NoError(t, put(s, "a", "me", []byte(`{"n":1}`)))
	got, err := s.Get("a", "me", s.Ticket(payload.Read, "a", "me"))
	require.NoError(t, err)
	require.JSONEq(t, `{"n":1}`, string(got))
	for name, ticket := range map[string]string{
		"none": "", "of another path": s.Ticket(payload.Read, "b", "me"), "of somebody else": s.Ticket(payload.Read, "a", "you"),
		"to write": s.Ticket(payload.Write, "a", "me"), "of another process": payload.New().Ticket(payload.Read, "a", "me"),
		"a word moved": s.Ticket(payload.Read, "\x00a", "me"),
	} {
		_, err := s.Get("a", "me", ticket)
		require.Equal(t, fault.KindForbidden, fault.KindOf(err), name)
	}
	require.Equal(t, fault.KindForbidden, fault.KindOf(s.Put("a", "me", s.Ticket(payload.Read, "a", "me"), nil)))
	_, err = s.Get("b", "me", s.Ticket(payload.Read, "b", "me"))
	require.Equal(t, fault.KindNotFound, fault.KindOf(err))
}

func TestObjectsAndOwners(t *testing.T) {
	s := payload.New()
	require.NoError(t, put(s, "a", "me", []byte(`{"n":10000000000000000001}`)))
	object, err := s.Object("a")
	require.NoError(t, err)
	require.EqualValues(t, "10000000000000000001", object["n"], "no digit is lost")
	owner, err := s.Owner("a")
	require.NoError(t, err)
	require.Equal(t, "me", owner)
	for _, text := range []string{"", "null", "[]", "7", `{"a":1} x`} {
		require.NoError(t, put(s, "a", "me", []byte(text)))
		_, err := s.Object("a")
		require.Equal(t, fault.KindInvalid, fault.KindOf(err), text)
	}
	_, err = s.Object("nope")
	require.EqualError(t, err, "Unable to download payload from external storage path: nope")
}

func TestTheStorageIsBounded(t *testing.T) {
	s, most := payload.New(), make([]byte, payload.MaxSize)
	require.Equal(t, fault.KindTooLarge, fault.KindOf(put(s, "big", "me", make([]byte, payload.MaxSize+1))))
	kept := 0
	for put(s, strings.Repeat("x", kept+1), "me", most) == nil {
		kept++
	}
	require.Equal(t, 10, kept)
	require.NoError(t, put(s, "x", "me", most), "one may be replaced")
	require.NoError(t, put(s, "x", "me", nil))
	require.NoError(t, put(s, "other", "me", most), "and gives up its room")
}

func TestPathsAreNobodyElses(t *testing.T) {
	var seen sync.Map
	for range 1000 {
		path := payload.NewPath("p/")
		_, known := seen.LoadOrStore(path, true)
		require.False(t, known)
		require.Regexp(t, `^p/[0-9a-f]{32}\.json$`, path)
	}
}
