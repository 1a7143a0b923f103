package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/paywicket/paywicket/internal/event"
)

// standard is the form of the Standard Webhooks specification 1.0.0.
type standard struct{}

// Types is every event.
func (standard) Types() []event.Type { return event.Types }

// Write gives the event's envelope, signed with every secret that counts.
func (standard) Write(_ context.Context, m Message) ([]byte, http.Header, error) {
	body, err := json.Marshal(m.Event.Envelope())
	if err != nil {
		return nil, nil, fmt.Errorf("webhook: encode: %w", err)
	}
	var signatures []string
	for _, secret := range m.Secrets {
		signer, err := standardwebhooks.NewWebhook(string(secret))
		if err != nil {
			return nil, nil, fmt.Errorf("webhook: secret: %w", err)
		}
		signature, err := signer.Sign(m.Event.ID, m.At, body)
		if err != nil {
			return nil, nil, fmt.Errorf("webhook: sign: %w", err)
		}
		signatures = append(signatures, signature)
	}
	header := http.Header{}
	header.Set("Content-Type", "application/json")
	header.Set(standardwebhooks.HeaderWebhookID, m.Event.ID)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(m.At.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return body, header, nil
}
