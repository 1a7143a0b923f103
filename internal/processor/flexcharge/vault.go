package flexcharge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// tokenForm is what FlexCharge's tokens look like: a UUID, or whatever else needs no
// quoting in JSON.
var tokenForm = regexp.MustCompile(`^[0-9A-Za-z_-]{8,200}$`)

// Store keeps a card in FlexCharge's vault, and gives its token there.
func (g *Gateway) Store(ctx context.Context, card processor.Instrument) (string, error) {
	text, err := writeCard(card)
	if err != nil {
		return "", err
	}
	body := exchange.NewBody(text)
	defer body.Wipe()
	place := url.Values{"mid": {g.account.MID}}
	if g.account.TokenizationKey != "" {
		place.Set("environment", g.account.TokenizationKey)
	}
	request, access, err := g.request(ctx, http.MethodPost, "/v1/tokenize?"+place.Encode(), body, len(text))
	if err != nil {
		return "", err
	}
	response, outcome, err := exchange.Send(g.client, request)
	if err != nil {
		return "", exchange.Quietly(err)
	}
	if response == nil {
		return "", errors.New(outcome.Detail)
	}
	said, err := read[struct {
		Transaction struct {
			Succeeded     bool
			PaymentMethod struct{ Token string } `json:"payment_method"`
		}
	}](response)
	if err != nil {
		return "", err
	}
	if said.status == http.StatusUnauthorized {
		g.forget(access)
	}
	token := said.Body.Transaction.PaymentMethod.Token
	if !said.good() || !said.Body.Transaction.Succeeded || !tokenForm.MatchString(token) {
		return "", fmt.Errorf("flexcharge: gave no token, with HTTP status %d", said.status)
	}
	return token, nil
}

// maxStored is how many bytes the members that the card makes take up at most.
const maxStored = len(`,"number":"","verification_value":"","month":"12","year":"2099"}}}`) + 19 + 4

// writeCard writes what the vault wants.
func writeCard(card processor.Instrument) ([]byte, error) {
	first, last := holder(card.Name)
	open, err := json.Marshal(map[string]any{"first_name": first, "last_name": last})
	if err != nil {
		return nil, err
	}
	const around = `{"payment_method":{"credit_card":`
	text := make([]byte, 0, len(around)+len(open)+maxStored)
	text = append(text, around...)
	text = append(text, open[:len(open)-1]...)
	text = append(text, `,"number":"`...)
	text = append(text, card.Number.Bytes()...)
	text = appendCard(text, "verification_value", card)
	text = append(text, `,"month":"`...)
	text = append(text, '0'+byte(card.Expiry.Month/10), '0'+byte(card.Expiry.Month%10))
	text = append(text, `","year":"`...)
	text = strconv.AppendInt(text, int64(card.Expiry.Year), 10)
	return append(text, `"}}}`...), nil
}
