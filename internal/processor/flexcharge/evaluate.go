package flexcharge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// evaluation is what FlexCharge says of an order.
type evaluation struct {
	OrderSessionKey string `json:"orderSessionKey"`
	ConfirmationID  string `json:"confirmationId"`
	Success         *bool
	Status          string
}

// outcome reads a status, over what is known of the order.
func (e evaluation) outcome(o processor.Outcome) processor.Outcome {
	switch strings.ToUpper(e.Status) {
	case "APPROVED", "COMPLETED":
		o.State, o.Captured = processor.Approved, o.Amount.Minor
	case "CAPTUREREQUIRED":
		o.State = processor.Approved
	case "DECLINED", "FAILED", "EXPIRED", "CANCELLED":
		o.State, o.DeclineCode = processor.Declined, processor.GenericDecline
	case "NOTFOUND":
		return processor.Outcome{State: processor.NotFound}
	default:
		return exchange.Unknown(errors.New("flexcharge: the order is being worked on"))
	}
	return o
}

// Authorize asks once for what another processor has declined.
func (g *Gateway) Authorize(ctx context.Context, ask processor.Request, card processor.Instrument) (processor.Outcome, error) {
	if ask.Declined == nil {
		return processor.Outcome{}, errors.New("flexcharge: not sent: nobody has declined it yet")
	}
	text, err := g.write(ask, card)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("flexcharge: not sent: %w", err)
	}
	body := exchange.NewBody(text)
	defer body.Wipe()
	said, outcome, err := send(ctx, g, "/v1/evaluate", body, len(text))
	if said == nil {
		return outcome, err
	}
	o := processor.Outcome{ProcessorID: said.Body.OrderSessionKey, Reference: ask.Reference, Amount: ask.Amount}
	switch {
	case said.refused():
		o.State, o.DeclineCode, o.Detail = processor.Declined, processor.ProcessingError, said.failure().Error()
		return o, nil
	case !said.good():
		return exchange.Unknown(said.failure()), nil
	case said.Body.OrderSessionKey == "":
		return exchange.Unknown(errJSON), nil
	case strings.EqualFold(said.Body.Status, "CHALLENGE"):
		return g.cancelChallenge(ctx, o)
	}
	return said.Body.outcome(o), nil
}

// cancelChallenge ends an order that waits for the shopper.
func (g *Gateway) cancelChallenge(ctx context.Context, o processor.Outcome) (processor.Outcome, error) {
	said, _, err := sendJSON(ctx, g, "/v1/orders/"+url.PathEscape(o.ProcessorID)+"/cancel", map[string]any{})
	if said == nil || !said.good() {
		return exchange.Unknown(errors.Join(errors.New("flexcharge: waits for the shopper, and could not be cancelled"), err)), nil
	}
	o.State, o.DeclineCode = processor.Declined, processor.AuthenticationNeeded
	return o, nil
}

// patience is until when FlexCharge may keep trying what nobody waits for: it ends before
// a payment without an outcome is handed to a person.
const patience = 48 * time.Hour

// maxCard is how many bytes the members that the card makes take up at most.
const maxCard = len(`,"cardNumber":"","verificationValue":"","expirationMonth":12,"expirationYear":2099}}`) + processor.MaxStoredAs + 4

// write writes the question by hand where the card begins: an encoder would want the
// number as text, and would keep it in a buffer of its own.
func (g *Gateway) write(ask processor.Request, card processor.Instrument) ([]byte, error) {
	summary, before := card.Summary(), ask.Declined
	question := g.told(processor.Transmission{
		Reference: ask.Reference, Amount: ask.Amount, At: g.now(), Capture: ask.Capture,
		ProcessorID: before.ProcessorID, DeclineCode: before.DeclineCode, NetworkCode: before.NetworkCode,
		AVS: before.AVS, CVVResult: before.CVVResult, ECI: before.ECI,
		Descriptor: ask.Descriptor, Initiator: ask.Initiator, Recurring: ask.Recurring, Payer: ask.Payer, Billing: ask.Billing,
	}, card.Name)
	if ask.Initiator == processor.Merchant {
		question["expiryDateUtc"] = g.now().UTC().Add(patience).Format(time.RFC3339)
	}
	open, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	method, err := json.Marshal(map[string]any{
		"Token": ask.StoredAs != "", "holderName": card.Name, "cardBrand": strings.ToUpper(string(summary.Brand)),
		"cardBinNumber": summary.BIN[:min(6, len(summary.BIN))], "cardLast4Digits": summary.Last4,
	})
	if err != nil {
		return nil, err
	}
	// Large enough from the start: growing would leave a copy of the number behind.
	text := make([]byte, 0, len(open)+len(`,"paymentMethod":`)+len(method)+maxCard)
	text = append(text, open[:len(open)-1]...)
	text = append(text, `,"paymentMethod":`...)
	text = append(text, method[:len(method)-1]...)
	text = append(text, `,"cardNumber":"`...)
	if ask.StoredAs != "" {
		text = append(text, ask.StoredAs...) // letters, digits and dashes: see Store
	} else {
		text = append(text, card.Number.Bytes()...)
	}
	text = appendCard(text, "verificationValue", card)
	text = append(text, `,"expirationMonth":`...)
	text = strconv.AppendInt(text, int64(card.Expiry.Month), 10)
	text = append(text, `,"expirationYear":`...)
	text = strconv.AppendInt(text, int64(card.Expiry.Year), 10)
	return append(text, `}}`...), nil
}

// appendCard ends the text of a card's number and appends its CVV, if there is one.
func appendCard(text []byte, member string, card processor.Instrument) []byte {
	if cvv := card.CVV.Bytes(); len(cvv) > 0 {
		text = append(text, `","`...)
		text = append(text, member...)
		text = append(text, `":"`...)
		text = append(text, cvv...)
	}
	return append(text, '"')
}
