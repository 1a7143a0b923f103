package flutterwave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// Authorize asks once.
func (g *Gateway) Authorize(ctx context.Context, ask processor.Request, card processor.Instrument) (processor.Outcome, error) {
	var said *envelope[*transaction]
	var outcome processor.Outcome
	var err error
	if len(card.CVV.Bytes()) > 0 {
		said, outcome, err = g.chargeCard(ctx, ask, card)
	} else {
		said, outcome, err = g.chargeToken(ctx, ask)
	}
	if said == nil {
		return outcome, err
	}
	return g.judge(ctx, ask, said)
}

// judge reads the answer to a charge.
func (g *Gateway) judge(ctx context.Context, ask processor.Request, said *envelope[*transaction]) (processor.Outcome, error) {
	declined := processor.Outcome{State: processor.Declined, Reference: ask.Reference, Amount: ask.Amount}
	switch {
	case said.good() && said.Data != nil && said.Data.TxRef != "":
		said.Data.adopt(said.Meta)
		return said.Data.outcome(), nil
	case said.good() && pageOf(said.Meta).Mode != "":
		// It wants a PIN or an address before it begins, and nothing has begun.
		declined.DeclineCode = processor.AuthenticationNeeded
		return declined, nil
	case said.status == http.StatusUnauthorized || said.status == http.StatusForbidden:
		declined.DeclineCode = processor.ProcessingError
		declined.Detail = said.failure().Error()
		return declined, nil
	case !said.refused():
		return exchange.Unknown(said.failure()), nil
	}
	// The issuer's no, or a check of the request that charged nothing: the transaction
	// tells, if there is one.
	found, err := g.Lookup(ctx, processor.Original{Reference: ask.Reference, Amount: ask.Amount})
	if err != nil {
		return exchange.Unknown(err), nil
	}
	if found.State == processor.NotFound {
		declined.DeclineCode = declineCode(said.Message)
		return declined, nil
	}
	return found, nil
}

// chargeCard charges a card that a shopper typed.
func (g *Gateway) chargeCard(ctx context.Context, ask processor.Request, card processor.Instrument) (*envelope[*transaction], processor.Outcome, error) {
	fields, err := write(ask, card)
	if err != nil {
		return nil, processor.Outcome{}, err
	}
	text, err := encrypt(g.key, fields)
	if err != nil {
		return nil, processor.Outcome{}, err
	}
	body := exchange.NewBody(text)
	defer body.Wipe()
	return send[*transaction](ctx, g, "/v3/charges?type=card", body, len(text))
}

// What the fields that the card makes take up at most, and the padding after them.
const maxCard = len(`,"card_number":"","cvv":"","expiry_month":"12","expiry_year":"99"}`) + 19 + 4 + 8

// write writes the fields of a card charge by hand: an encoder would want the number as
// text, and would keep it in a buffer of its own.
func write(ask processor.Request, card processor.Instrument) ([]byte, error) {
	open, err := json.Marshal(struct {
		TxRef        string      `json:"tx_ref"`
		Amount       json.Number `json:"amount"`
		Currency     string      `json:"currency"`
		Email        string      `json:"email"`
		Name         string      `json:"fullname,omitempty"`
		Phone        string      `json:"phone_number,omitempty"`
		ReturnURL    string      `json:"redirect_url,omitempty"`
		Preauthorize bool        `json:"preauthorize,omitempty"`
	}{
		ask.Reference, json.Number(ask.Amount.Major()), ask.Amount.Currency, ask.Payer.Email, card.Name, ask.Payer.Phone, ask.ReturnURL, !ask.Capture,
	})
	if err != nil {
		return nil, fmt.Errorf("flutterwave: not sent: %w", err)
	}
	// Large enough from the start: growing would leave a copy of the number behind.
	text := make([]byte, 0, len(open)+maxCard)
	text = append(text, open[:len(open)-1]...)
	text = append(text, `,"card_number":"`...)
	text = append(text, card.Number.Bytes()...)
	text = append(text, `","cvv":"`...)
	text = append(text, card.CVV.Bytes()...)
	text = append(text, `","expiry_month":"`...)
	text = append(text, '0'+byte(card.Expiry.Month/10), '0'+byte(card.Expiry.Month%10))
	text = append(text, `","expiry_year":"`...)
	text = strconv.AppendInt(text, int64(card.Expiry.Year%100), 10)
	return append(text, `"}`...), nil
}

// errStranger is why a card without a CVV cannot be charged.
var errStranger = errors.New("flutterwave: not sent: it charges without a CVV only a card that it has charged before")

// chargeToken charges a card by Flutterwave's own token.
func (g *Gateway) chargeToken(ctx context.Context, ask processor.Request) (*envelope[*transaction], processor.Outcome, error) {
	token, email, ok := strings.Cut(ask.StoredAs, " ")
	if !ok {
		return nil, processor.Outcome{}, errStranger
	}
	return sendJSON[*transaction](ctx, g, "/v3/tokenized-charges", struct {
		Token        string      `json:"token"`
		Email        string      `json:"email"`
		TxRef        string      `json:"tx_ref"`
		Amount       json.Number `json:"amount"`
		Currency     string      `json:"currency"`
		Narration    string      `json:"narration,omitempty"`
		ReturnURL    string      `json:"redirect_url,omitempty"`
		Preauthorize bool        `json:"preauthorize,omitempty"`
	}{
		token, email, ask.Reference, json.Number(ask.Amount.Major()), ask.Amount.Currency, ask.Descriptor, ask.ReturnURL, !ask.Capture,
	})
}
