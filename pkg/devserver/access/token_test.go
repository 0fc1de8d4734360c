package access

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

func TestTokenLife(t *testing.T) {
	for name, c := range map[string]struct{ life, good, ended time.Duration }{
		"not said":      {0, 24*time.Hour - time.Second, 24 * time.Hour},
		"an hour":       {time.Hour, time.Hour - time.Second, time.Hour},
		"a millisecond": {time.Millisecond, 999 * time.Millisecond, time.Second},
		"the longest":   {math.MaxInt64, 50 * 365 * 24 * time.Hour, 101 * 365 * 24 * time.Hour},
		"never ends":    {-1, 200 * 365 * 24 * time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			token, err := w.Token(adminKey, adminSecret, c.life)
			require.NoError(t, err)
			born := w.clock.at
			w.clock.at = born.Add(c.good)
			_, err = w.Authenticate(token)
			require.NoError(t, err)
			if c.ended == 0 {
				return
			}
			w.clock.at = born.Add(c.ended)
			_, err = w.Authenticate(token)
			requireCode(t, fault.CodeExpiredToken, err)
		})
	}
}

// A token is good on a server that was started again with the same signing key and the administrator's same key, even without its
// state; with another signing key it is not.
func TestTokensAcrossRestarts(t *testing.T) {
	w := newWorld(t)
	token, err := w.Token(adminKey, adminSecret, 0)
	require.NoError(t, err)
	_, said, err := w.open(store.NewMemory(), []byte("a signing key")).Claims(token)
	require.NoError(t, err)
	require.Equal(t, w.admin.ID(), said["sub"])
	_, err = w.open(store.NewMemory(), []byte("another")).Authenticate(token)
	requireCode(t, fault.CodeInvalidToken, err)
}

func TestForgedTokens(t *testing.T) {
	w := newWorld(t)
	token, err := w.Token(adminKey, adminSecret, 0)
	require.NoError(t, err)
	parts := strings.Split(token, ".")
	for name, forged := range map[string]string{
		"none": "", "text": "abc", "no signature": parts[0] + "." + parts[1], "empty signature": parts[0] + "." + parts[1] + ".",
		"other payload": parts[0] + "." + parts[1][:len(parts[1])-2] + "AA." + parts[2], "algorithm none": "eyJhbGciOiJub25lIn0." + parts[1] + ".",
		"bearer": "Bearer " + token,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Authenticate(forged)
			requireCode(t, fault.CodeInvalidToken, err)
		})
	}
}

// Only what the server signed is a token, whatever bytes come.
func FuzzAuthenticate(f *testing.F) {
	f.Add("", "")
	f.Add("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.", "{}")
	f.Add("a.b.c", `{"sub":"app:x","key":"admin-key","exp":-1}`)
	f.Add("....", `{"sub":1}`)
	f.Fuzz(func(t *testing.T, token, payload string) {
		a, err := New(Options{Store: store.NewMemory(), Now: time.Now, SigningKey: []byte("k")})
		require.NoError(t, err)
		_, err = a.Authenticate(token)
		require.Equal(t, fault.KindUnauthenticated, fault.KindOf(err))
		text := header + "." + payload // well signed, with anything inside
		_, err = a.Authenticate(text + "." + a.signature(text))
		require.Equal(t, fault.KindUnauthenticated, fault.KindOf(err))
	})
}

// Tokens are remembered once they were read, up to a bound; one that was forgotten is as good as before, a forged one is never kept.
func TestVerifiedTokensAreBounded(t *testing.T) {
	w := newWorld(t)
	first, err := w.Token(adminKey, adminSecret, 0)
	require.NoError(t, err)
	for range maxVerified + 1 {
		token, err := w.Token(adminKey, adminSecret, 0)
		require.NoError(t, err)
		_, err = w.Authenticate(token)
		require.NoError(t, err)
		_, err = w.Authenticate(token + "x")
		requireCode(t, fault.CodeInvalidToken, err)
		require.LessOrEqual(t, len(w.verified.tokens), maxVerified)
		require.Nil(t, w.verified.claims(token+"x"))
	}
	_, err = w.Authenticate(first)
	require.NoError(t, err)
}
