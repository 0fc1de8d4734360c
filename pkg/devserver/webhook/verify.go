package webhook

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Request is what came to an address.
type Request struct {
	Query  url.Values
	Header http.Header
	Body   []byte
}

// tolerance is how old a request that says its time may be, as Stripe and Slack have it: an old one is a replay.
const tolerance = 5 * time.Minute

// unproved says why a request does not count.
func unproved(format string, args ...any) error {
	return fault.Forbidden("The request does not prove where it comes from: "+format, args...)
}

// verify checks that a request comes from whom the webhook trusts. The errors name no value of a secret, nor what would have been right.
func verify(def conductor.Webhook, r Request, now time.Time) error {
	if def.SecretValue == "" && def.Verifier != conductor.VerifierHeader && def.Verifier != conductor.VerifierSlack {
		return unproved("webhook %s has no secretValue yet to check it with", def.Name)
	}
	switch def.Verifier {
	case conductor.VerifierHeader:
		return verifyHeaders(def, r)
	case conductor.VerifierSignature:
		return equal(r.Header.Get(def.HeaderKey), "sha256="+hex.EncodeToString(sign([]byte(def.SecretValue), r.Body)), def.HeaderKey)
	case conductor.VerifierHMAC:
		return verifyTeams(def, r)
	case conductor.VerifierSlack:
		return verifySlack(def, r, now)
	case conductor.VerifierStripe:
		return verifyStripe(def, r, now)
	case conductor.VerifierTwitter:
		const header = "X-Twitter-Webhooks-Signature"
		return equal(r.Header.Get(header), twitterToken(def, r.Body), header)
	case conductor.VerifierSendGrid:
		return verifySendGrid(def, r)
	}
	return unproved("webhook %s has no verifier", def.Name)
}

func sign(key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}

// equal compares a header in a time that tells nothing.
func equal(given, right, header string) error {
	switch {
	case given == "":
		return unproved("the header %s is missing", header)
	case subtle.ConstantTimeCompare([]byte(given), []byte(right)) != 1:
		return unproved("the header %s is not right", header)
	}
	return nil
}

func verifyHeaders(def conductor.Webhook, r Request) error {
	for name, value := range def.Headers {
		if err := equal(r.Header.Get(name), value, name); err != nil {
			return err
		}
	}
	return nil
}

// verifyTeams checks "HMAC SIGNATURE", both the signature and its key being base64.
func verifyTeams(def conductor.Webhook, r Request) error {
	key, err := base64.StdEncoding.DecodeString(def.SecretValue)
	if err != nil {
		return unproved("the secretValue of webhook %s is not base64, as a security token of Microsoft Teams is", def.Name)
	}
	return equal(r.Header.Get(def.HeaderKey), "HMAC "+base64.StdEncoding.EncodeToString(sign(key, r.Body)), def.HeaderKey)
}

// verifySlack needs the challenge to have been answered, and a signature where there is a secret to check it with.
func verifySlack(def conductor.Webhook, r Request, now time.Time) error {
	if !def.URLVerified {
		return unproved("the address of webhook %s is not verified: Slack has not sent its challenge", def.Name)
	}
	if def.SecretValue == "" {
		return nil
	}
	stamp := r.Header.Get("X-Slack-Request-Timestamp")
	if err := fresh(stamp, now); err != nil {
		return err
	}
	right := "v0=" + hex.EncodeToString(sign([]byte(def.SecretValue), []byte("v0:"+stamp+":"+string(r.Body))))
	return equal(r.Header.Get("X-Slack-Signature"), right, "X-Slack-Signature")
}

// verifyStripe checks "t=TIME,v1=SIGNATURE,…"; several signatures are there while a secret is changed.
func verifyStripe(def conductor.Webhook, r Request, now time.Time) error {
	var stamp string
	var signatures []string
	for part := range strings.SplitSeq(r.Header.Get(def.HeaderKey), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			stamp = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	if err := fresh(stamp, now); err != nil {
		return err
	}
	right := hex.EncodeToString(sign([]byte(def.SecretValue), []byte(stamp+"."+string(r.Body))))
	err := equal("", right, def.HeaderKey)
	for _, signature := range signatures {
		if err = equal(signature, right, def.HeaderKey); err == nil {
			return nil
		}
	}
	return err
}

// fresh refuses a time in seconds that is missing, old, or to come.
func fresh(stamp string, now time.Time) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return unproved("it does not say its time")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age.Abs() > tolerance {
		return unproved("its time is more than %s away from this server's", tolerance)
	}
	return nil
}

// verifySendGrid checks an ECDSA signature over time and body; secretValue is the public key.
func verifySendGrid(def conductor.Webhook, r Request) error {
	const header = "X-Twilio-Email-Event-Webhook-Signature"
	der, err := base64.StdEncoding.DecodeString(def.SecretValue)
	if err != nil {
		return unproved("the secretValue of webhook %s is not base64, as a verification key of SendGrid is", def.Name)
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	key, isECDSA := parsed.(*ecdsa.PublicKey)
	if err != nil || !isECDSA {
		return unproved("the secretValue of webhook %s is no verification key of SendGrid", def.Name)
	}
	signature, err := base64.StdEncoding.DecodeString(r.Header.Get(header))
	if err != nil || len(signature) == 0 {
		return unproved("the header %s is missing", header)
	}
	digest := sha256.Sum256(append([]byte(r.Header.Get("X-Twilio-Email-Event-Webhook-Timestamp")), r.Body...))
	if !ecdsa.VerifyASN1(key, digest[:], signature) {
		return unproved("the header %s is not right", header)
	}
	return nil
}

// twitterToken is what Twitter signs requests with, and wants to hear to its challenge.
func twitterToken(def conductor.Webhook, message []byte) string {
	return "sha256=" + base64.StdEncoding.EncodeToString(sign([]byte(def.SecretValue), message))
}
