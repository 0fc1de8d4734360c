package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// Routes that the client has no method for: each answer is what Orkes' document says of it.
func TestContractOfOtherRoutes(t *testing.T) {
	recorder := newRecorder(t, devserver.FlavorOrkes)
	client := recorder.client(t, startFlavor(t, devserver.FlavorOrkes))
	ctx := deadline(t, time.Minute)
	send := func(method, path, contentType, body string) string {
		t.Helper()
		answer, err := client.Raw(ctx, method, path, []byte(body), contentType)
		require.NoError(t, err, "%s %s", method, path)
		return string(answer.Body)
	}
	const json, text, tags = "application/json", "text/plain", `[{"key":"k","value":"v"}]`
	send("PUT", "/environment/region", text, "eu")
	send("PUT", "/environment/region/tags", json, tags)
	send("GET", "/environment", "", "")
	require.Equal(t, "eu", send("GET", "/environment/region", "", ""))
	send("GET", "/environment/region/tags", "", "")
	send("DELETE", "/environment/region/tags", json, tags)
	send("DELETE", "/environment/region", "", "")
	send("PUT", "/secrets/key", json, `"hush"`)
	send("PUT", "/secrets/key/tags", json, tags)
	for _, path := range []string{"/secrets", "/secrets-v2", "/secrets/key/tags", "/secrets/clearLocalCache", "/secrets/clearRedisCache"} {
		send("GET", path, "", "")
	}
	send("POST", "/secrets", "", "")
	require.Equal(t, "hush", send("GET", "/secrets/key", "", ""))
	send("DELETE", "/secrets/key/tags", json, tags)
	send("DELETE", "/secrets/key", "", "")

	send("POST", "/metadata/workflow?overwrite=true", json, waitingFlow)
	send("POST", "/workflow/execute/approval", json, `{"id":"42"}`)
	send("GET", "/workflow/execute/approval", "", "")
	id := strings.TrimSpace(send("POST", "/workflow", json, `{"name":"approval","input":{}}`))
	send("POST", "/tasks/"+id+"/COMPLETED/signal", json, `{"ok":true}`)
	require.Empty(t, recorder.broken, "not as the document says")
}
