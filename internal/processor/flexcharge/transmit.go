package flexcharge

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/paywicket/paywicket/internal/processor"
)

// Transmit gives FlexCharge a copy of what became of a payment, from which it learns. The
// copy is worth most within a day (FlexCharge's documentation of /transmit). A card is named
// by FlexCharge's token or not at all. Errors: processor.ErrNotTaken when it was refused.
func (g *Gateway) Transmit(ctx context.Context, t processor.Transmission) (string, error) {
	copied := g.told(t, t.Payer.Name)
	copied["paymentMethod"] = storedMethod(t)
	if t.SenseKey != "" {
		copied["senseKey"] = t.SenseKey
	}
	// It is done once by its key, so it may be sent again like a question.
	said, err := ask[struct {
		TransmitID string `json:"transmitId"`
		Success    *bool
	}](ctx, g, http.MethodPost, "/v1/transmit", copied)
	switch {
	case err != nil:
		return "", err
	case said.refused() && said.status != http.StatusUnauthorized || said.good() && said.Body.Success != nil && !*said.Body.Success:
		return "", fmt.Errorf("%w: flexcharge answered with HTTP status %d", processor.ErrNotTaken, said.status)
	case !said.good():
		return "", said.failure()
	}
	return said.Body.TransmitID, nil
}

// storedMethod is the card of a copy. Where a number would stand for a card without a token
// there is nothing.
func storedMethod(t processor.Transmission) map[string]any {
	method := map[string]any{
		"Token": false, "holderName": t.Payer.Name, "cardBrand": strings.ToUpper(string(t.Card.Brand)),
		"cardBinNumber": t.Card.BIN[:min(6, len(t.Card.BIN))], "cardLast4Digits": t.Card.Last4,
	}
	if t.Card.ExpMonth != 0 {
		method["expirationMonth"], method["expirationYear"] = t.Card.ExpMonth, t.Card.ExpYear
	}
	if isToken(t.StoredAs) {
		method["Token"], method["cardNumber"] = true, t.StoredAs
	}
	return method
}

// isToken tells a token from what may be a card number.
func isToken(text string) bool {
	return tokenForm.MatchString(text) && strings.Trim(text, "0123456789-_") != ""
}
