package engine

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestQueriesAreBounded(t *testing.T) {
	for source, wanted := range map[string]string{
		"def f: f; f":                          "interrupted",
		"[range(1e12)]":                        "interrupted",
		"range(1e12)":                          "more than 100000 results",
		"def f: 1 + f; f":                      "",
		".a |":                                 "unexpected EOF",
		"nothing":                              "function not defined",
		"env":                                  "",
		"$ENV.HOME":                            "",
		`import "a" as a; .`:                   "",
		"input":                                "",
		"halt_error":                           "",
		`.list | error({"code": 7})`:           "error",
		`[.list[] | select(. > 1)] | .[0] / 0`: "cannot divide",
	} {
		_, err := query(source, map[string]any{"list": []any{1, 2}})
		if wanted != "" {
			require.ErrorContains(t, err, wanted, source)
		}
	}
	t.Setenv("HOME", "/secret/home")
	for _, source := range []string{"env.HOME", "$ENV.HOME"} {
		results, err := query(source, nil)
		if err == nil {
			require.Equal(t, []any{nil}, results, "no access to the host")
		}
	}
}

func TestQueriesKeepNumbers(t *testing.T) {
	input := map[string]any{"big": json.Number("12345678901234567890"), "n": json.Number("7"), "f": 2.5, "list": []any{int64(1)}}
	results, err := query("[.big, .n, .f, .list[0], (.n * 1000000000000 * 1000000000000)]", input)
	require.NoError(t, err)
	require.Equal(t, `[[12345678901234567000,7,2.5,1,7000000000000000000000000]]`, encoded(t, results))
	require.Equal(t, json.Number("7"), input["n"], "the input is not touched")
}

func FuzzJQ(f *testing.F) {
	for _, source := range []string{".list | map(. * 2)", ".. | numbers", "[paths]", "reduce .list[] as $x (0; . + $x)", "try error catch .", "@base64 \"\\(.n)\""} {
		f.Add(source)
	}
	f.Fuzz(func(_ *testing.T, source string) {
		if len(source) < 60 {
			_, _ = query(source, map[string]any{"list": []any{1, "x", nil}, "n": 7})
		}
	})
}

func TestEventToTheInside(t *testing.T) {
	r := newRig(t)
	event := taskOf("EVENT", "e", map[string]any{"n": 1}, func(w *conductor.WorkflowTask) { w.Sink = "conductor:${workflow.input.to}" })
	r.flow("flow", nil, event)
	id := r.startAs(conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"to": "q"}, TaskToDomain: map[string]string{"a": "d"}, CorrelationID: "c"})
	output := r.workflow(id).Output
	require.Equal(t, "conductor:flow:q", output["event_produced"])
	require.Equal(t, map[string]any{"a": "d"}, output["taskToDomain"])
	require.Equal(t, "c", output["correlationId"])
}

func TestYieldWaitsForSomebody(t *testing.T) {
	for _, name := range []string{"YIELD", "WAIT_FOR_WEBHOOK"} {
		r := newRig(t)
		r.flow("flow", nil, taskOf(name, "y", nil))
		id := r.start("flow", nil)
		require.Equal(t, []string{"y:IN_PROGRESS"}, r.states(id))
		_, err := r.UpdateByRef(t.Context(), id, "y", conductor.TaskCompleted, "", map[string]any{"x": 1})
		require.NoError(t, err)
		require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	}
}

func TestKafkaSaysWhatIsMissing(t *testing.T) {
	r := newRig(t)
	for wanted, request := range map[string]any{
		"Missing Kafka request": "text", "No boot strap servers": map[string]any{"topic": "t"}, "Missing Kafka topic": map[string]any{"bootStrapServers": "b"},
		"Missing Kafka value": map[string]any{"bootStrapServers": "b", "topic": "t"}, "no connection to Kafka": map[string]any{"bootStrapServers": "b", "topic": "t", "value": "v"},
	} {
		r.flow("flow", nil, taskOf("KAFKA_PUBLISH", "k", map[string]any{"kafka_request": request}))
		require.Contains(t, r.workflow(r.start("flow", nil)).ReasonForIncompletion, wanted)
	}
}

func TestUpdateSecretIsKeptNowhereElse(t *testing.T) {
	kept, secrets := newRecording(), map[string]string{}
	r := newRig(t, on(kept, 0), func(o *Options) {
		o.KeepSecret = func(by, name, value string) error {
			if name == "refused" {
				return errors.New(by + " may not")
			}
			secrets[name] = value
			return nil
		}
	})
	r.flow("flow", nil, taskOf("UPDATE_SECRET", "u", map[string]any{
		"_secrets": map[string]any{"secretKey": "${workflow.input.name}", "secretValue": "t0p-${CPEWF_TASK_ID}"},
	}))
	id := r.start("flow", map[string]any{"name": "key"})
	task := r.workflow(id).Tasks[0]
	require.Equal(t, map[string]string{"key": "t0p-" + task.TaskID}, secrets)
	require.Equal(t, conductor.TaskCompleted, task.Status)
	require.NotContains(t, encoded(t, r.workflow(id).Tasks[0].InputData), "t0p-")
	require.NoError(t, r.Close())
	again := newRig(t, on(kept, 0))
	require.Equal(t, map[string]any{"secretKey": "key", "secretValue": hidden}, again.workflow(id).Tasks[0].InputData["_secrets"])
	require.Contains(t, again.workflow(again.start("flow", map[string]any{"name": "key"})).ReasonForIncompletion, "keeps no secrets")
	require.Contains(t, again.workflow(again.start("flow", nil)).ReasonForIncompletion, "needs _secrets.secretKey")
	refusing := newRig(t, func(o *Options) { o.KeepSecret = func(string, string, string) error { return errors.New("may not") } })
	refusing.flow("flow", nil, taskOf("UPDATE_SECRET", "u", map[string]any{"_secrets": map[string]any{"secretKey": "k", "secretValue": "v"}}))
	require.Contains(t, refusing.workflow(refusing.start("flow", nil)).ReasonForIncompletion, "may not")
}

func TestSignedJWT(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	r := newRig(t, func(o *Options) { o.Secret = func(string) (string, bool) { return text, true } })
	input := map[string]any{
		"subject": "s", "issuer": "i", "privateKey": "${workflow.secrets.key}", "privateKeyId": "k1", "audience": "a", "ttlInSeconds": 60,
		"scopes": []any{"x", "y"}, "algorithm": "RS256",
	}
	r.flow("flow", nil, taskOf("GET_SIGNED_JWT", "j", input))
	wf := r.workflow(r.start("flow", nil))
	require.NotContains(t, encoded(t, wf), "PRIVATE KEY")
	parts := strings.Split(wf.Output["result"].(string), ".")
	require.Len(t, parts, 3)
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	require.NoError(t, rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature))
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	require.JSONEq(t, `{"sub":"s","iss":"i","aud":"a","scope":"x y","iat":1700000000,"exp":1700000060}`, string(claims))
	_, err = signedJWT(map[string]any{"subject": "s", "issuer": "i", "privateKey": base64.StdEncoding.EncodeToString(der), "privateKeyId": "k", "audience": "a", "ttlInSecond": 5, "scopes": "x"}, 0)
	require.NoError(t, err, "base64 alone, and the older name")
	for wanted, change := range map[string]map[string]any{
		"subject is missing": {"subject": ""}, "only RS256": {"algorithm": "none"}, "greater than 0": {"ttlInSeconds": 0}, "PKCS#8": {"privateKey": "x"},
	} {
		broken := maps.Clone(input)
		maps.Copy(broken, change)
		r.flow("flow", nil, taskOf("GET_SIGNED_JWT", "j", broken))
		require.Contains(t, r.workflow(r.start("flow", nil)).ReasonForIncompletion, wanted)
	}
}
