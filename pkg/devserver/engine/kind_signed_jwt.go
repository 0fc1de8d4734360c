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
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// signedJWTKind is GET_SIGNED_JWT: a token signed with a private key (RS256), which is best a secret.
func signedJWTKind() kind { return kind{schedule: scheduleOne, execute: executeSignedJWT} }

func executeSignedJWT(_ *execution, t *task, env *environment) []command {
	token, err := signedJWT(t.revealed(env.secret), env.now/1000)
	if err != nil {
		return []command{finishTask{task: t, status: conductor.TaskFailedTerminally, reason: "GET_SIGNED_JWT: " + err.Error()}}
	}
	return []command{finishTask{task: t, status: conductor.TaskCompleted, output: map[string]any{"result": token}}}
}

func signedJWT(input map[string]any, now int64) (string, error) {
	for _, name := range []string{"subject", "issuer", "privateKey", "privateKeyId", "audience"} {
		if textOf(input[name]) == "" {
			return "", fmt.Errorf("%s is missing in the input", name)
		}
	}
	if algorithm := textOf(input["algorithm"]); algorithm != "" && algorithm != "RS256" {
		return "", fmt.Errorf("algorithm is %s, but only RS256 is known", algorithm)
	}
	life, given := numberOf(input["ttlInSeconds"])
	if !given {
		life, given = numberOf(input["ttlInSecond"])
	}
	if !given || life <= 0 {
		return "", errors.New("ttlInSeconds must be a number greater than 0")
	}
	key, err := privateKey(textOf(input["privateKey"]))
	if err != nil {
		return "", err
	}
	claims := map[string]any{
		"sub": input["subject"], "iss": input["issuer"], "aud": input["audience"], "iat": now, "exp": now + int64(min(life, maxSeconds)), "scope": scopes(input["scopes"]),
	}
	signed := segment(map[string]any{"alg": "RS256", "typ": "JWT", "kid": input["privateKeyId"]}) + "." + segment(claims)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		return "", errors.New("the private key cannot sign")
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// scopes are one text, whatever form they are given in.
func scopes(given any) string {
	list, isList := given.([]any)
	if !isList {
		return textOf(given)
	}
	names := make([]string, 0, len(list))
	for _, name := range list {
		names = append(names, javaText(name))
	}
	return strings.Join(names, " ")
}

func segment(value map[string]any) string {
	data, _ := json.Marshal(value) // texts and numbers
	return base64.RawURLEncoding.EncodeToString(data)
}

// privateKey reads a key in PKCS#8, as PEM or as its base64 alone. Its errors say nothing of what was read.
func privateKey(text string) (*rsa.PrivateKey, error) {
	var der []byte
	if block, _ := pem.Decode([]byte(text)); block != nil {
		der = block.Bytes
	} else if decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err == nil {
		der = decoded
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, isRSA := parsed.(*rsa.PrivateKey)
	if err != nil || !isRSA {
		return nil, errors.New("privateKey is no RSA key in the format PKCS#8")
	}
	return key, nil
}
