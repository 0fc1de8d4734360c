package conductor

// Verifiers of webhooks: how a request proves that it comes from whom it says.
const (
	VerifierHeader    = "HEADER_BASED"    // headers have the values that were agreed upon
	VerifierSignature = "SIGNATURE_BASED" // GitHub
	VerifierHMAC      = "HMAC_BASED"      // Microsoft Teams
	VerifierSlack     = "SLACK_BASED"
	VerifierStripe    = "STRIPE"
	VerifierTwitter   = "TWITTER"
	VerifierSendGrid  = "SENDGRID"
)

// Verifiers lists the verifiers.
func Verifiers() []string {
	return []string{
		VerifierHeader, VerifierSignature, VerifierHMAC, VerifierSlack, VerifierStripe, VerifierTwitter, VerifierSendGrid,
	}
}

// MaskedSecret is what is shown of a secret. Sent back, it means the one that is there.
const MaskedSecret = mask

// Webhook is an address that other systems call: POST /webhook/{id}. Orkes only.
type Webhook struct {
	ID             string            `json:"id,omitempty"`
	Name           string            `json:"name"`
	SourcePlatform string            `json:"sourcePlatform,omitempty"`
	Verifier       string            `json:"verifier,omitempty"`
	HeaderKey      string            `json:"headerKey,omitempty"` // where a signature is
	SecretKey      string            `json:"secretKey,omitempty"`
	SecretValue    string            `json:"secretValue,omitempty"` // what signatures are made with
	Headers        map[string]string `json:"headers,omitempty"`     // what HEADER_BASED compares
	URLVerified    bool              `json:"urlVerified"`
	EvaluatorType  string            `json:"evaluatorType,omitempty"`
	Expression     string            `json:"expression,omitempty"` // where it is set, only events for which it holds count

	// ReceiverWorkflowNamesToVersions are the workflows whose WAIT_FOR_WEBHOOK tasks hear of events; version zero is every version.
	ReceiverWorkflowNamesToVersions map[string]int `json:"receiverWorkflowNamesToVersions,omitempty"`
	// WorkflowsToStart are the versions of workflows that an event starts, by name, and beside them idempotencyKey and idempotencyStrategy.
	WorkflowsToStart map[string]any `json:"workflowsToStart,omitempty"`

	CreatedBy string            `json:"createdBy,omitempty"`
	Tags      []Tag             `json:"tags,omitempty"`
	History   []WebhookDelivery `json:"webhookExecutionHistory,omitempty"`
}

// WebhookDelivery is one request that came.
type WebhookDelivery struct {
	EventID     string   `json:"eventId"`
	Matched     bool     `json:"matched"` // it proved where it comes from
	Payload     string   `json:"payload,omitempty"`
	TimeStamp   int64    `json:"timeStamp"`
	WorkflowIDs []string `json:"workflowIds"`
}
