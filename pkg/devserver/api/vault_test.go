package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A value comes back as it was put, bare or quoted.
func TestSecretsComeBackAsTheyWere(t *testing.T) {
	f := newFixture(t)
	for body, wanted := range map[string]string{`"a b"`: "a b", "bare text": "bare text", `{"json":1}`: `{"json":1}`, "7": "7", `"line\nline"`: "line\nline"} {
		f.must("ADMIN", "PUT /api/secrets/x", body)
		require.Equal(t, wanted, f.must("ADMIN", "GET /api/secrets/x", ""))
	}
	require.Equal(t, "true\n", f.must("worker", "GET /api/secrets/x/exists", ""))
	require.Equal(t, "false\n", f.must("worker", "GET /api/secrets/y/exists", ""))
	require.JSONEq(t, `["s","x"]`, f.must("worker", "POST /api/secrets", ""))
	require.JSONEq(t, `[]`, f.must("worker", "GET /api/secrets", ""), "only what one may grant")
	require.JSONEq(t, `[{"name":"s","tags":[{"key":"shared","value":"yes"}]},{"name":"x","tags":[]}]`, f.must("ADMIN", "GET /api/secrets-v2", ""))
	f.must("ADMIN", "DELETE /api/secrets/x", "")
	require.Equal(t, 404, f.send("ADMIN", "GET /api/secrets/x", "").Code)
}

func TestVariables(t *testing.T) {
	f := newFixture(t)
	f.must("owner", "PUT /api/environment/region", "eu")
	f.must("owner", "PUT /api/environment/region/tags", `[{"key":"k","value":"v"}]`)
	require.Equal(t, "eu", f.must("worker", "GET /api/environment/region", ""))
	require.JSONEq(t, `[{"name":"e","value":"v"},{"name":"region","value":"eu","tags":[{"key":"k","value":"v"}]}]`, f.must("worker", "GET /api/environment", ""))
	require.Equal(t, "eu", f.must("owner", "DELETE /api/environment/region", ""))
	require.Equal(t, 404, f.send("owner", "GET /api/environment/region", "").Code)
	f.must("owner", "PUT /api/environment/region", "us")
	require.JSONEq(t, `[]`, f.must("owner", "GET /api/environment/region/tags", ""), "its tags went with it")
	require.Equal(t, 413, f.send("owner", "PUT /api/environment/big", string(make([]byte, 70_000))).Code)
}
