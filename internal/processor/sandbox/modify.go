package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

// modification is the processor's answer to a capture, void or refund.
type modification struct {
	ID          string                `json:"id"`
	Reference   string                `json:"reference"`
	Status      processor.State       `json:"status"`
	Amount      int64                 `json:"amount"`
	Currency    string                `json:"currency"`
	DeclineCode processor.DeclineCode `json:"decline_code"`
}

// outcome copies the answer.
func (m modification) outcome() (processor.Outcome, error) {
	if m.ID == "" {
		return processor.Outcome{}, errID
	}
	o := processor.Outcome{
		State: m.Status, ProcessorID: m.ID, Reference: m.Reference, Amount: money.Amount{Minor: m.Amount, Currency: m.Currency},
	}
	switch m.Status {
	case processor.Approved:
	case processor.Declined:
		o.DeclineCode = known(m.DeclineCode)
	default:
		return processor.Outcome{}, errStatus
	}
	return o, nil
}

// Modify asks for a capture, void or refund.
func (g *Gateway) Modify(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	text, err := json.Marshal(struct {
		Kind      processor.ModificationKind `json:"kind"`
		Reference string                     `json:"reference"`
		Amount    int64                      `json:"amount"`
		Final     bool                       `json:"final"`
	}{m.Kind, m.Reference, m.Amount.Minor, m.Final})
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: not sent: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.BaseURL+place(m.Original)+"/modifications", bytes.NewReader(text))
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: not sent: %w", err)
	}
	return send[modification](g, request, m.Reference)
}

// LookupModification asks what became of a capture, void or refund.
func (g *Gateway) LookupModification(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	return ask[modification](ctx, g, http.MethodGet, place(m.Original)+"/modifications/"+url.PathEscape(m.Reference))
}
