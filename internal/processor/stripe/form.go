package stripe

import (
	"net/url"
	"strconv"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

// referenceField is the metadata under which our reference stands.
const referenceField = "paywicket_reference"

// maxCardForm is how many bytes the fields that the card makes take up at most.
const maxCardForm = 120 + 19 + 4

// form writes the body of a PaymentMethod by hand: an encoder would want the number as
// text, and would keep it in a buffer of its own.
func form(card processor.Instrument, billing processor.Address) []byte {
	open := "type=card"
	for _, detail := range []struct{ field, text string }{
		{"name%5D", card.Name}, {"address%5D%5Bline1%5D", billing.Line1}, {"address%5D%5Bcity%5D", billing.City},
		{"address%5D%5Bstate%5D", billing.State}, {"address%5D%5Bpostal_code%5D", billing.PostalCode}, {"address%5D%5Bcountry%5D", billing.Country},
	} {
		if detail.text != "" {
			open += "&billing_details%5B" + detail.field + "=" + url.QueryEscape(detail.text)
		}
	}
	// Large enough from the start: growing would leave a copy of the number behind.
	text := make([]byte, 0, len(open)+maxCardForm)
	text = append(text, open...)
	text = append(text, "&card%5Bnumber%5D="...)
	text = append(text, card.Number.Bytes()...)
	if cvv := card.CVV.Bytes(); len(cvv) > 0 {
		text = append(text, "&card%5Bcvc%5D="...)
		text = append(text, cvv...)
	}
	text = append(text, "&card%5Bexp_month%5D="...)
	text = strconv.AppendInt(text, int64(card.Expiry.Month), 10)
	text = append(text, "&card%5Bexp_year%5D="...)
	return strconv.AppendInt(text, int64(card.Expiry.Year), 10)
}

// twoDecimals are the currencies that ISO 4217 gives no decimals and Stripe two, of which
// the last two must be zero (docs.stripe.com/currencies, special cases).
var twoDecimals = map[string]bool{"ISK": true, "UGX": true}

func toStripe(a money.Amount) int64 {
	if twoDecimals[a.Currency] {
		return a.Minor * 100
	}
	return a.Minor
}

func fromStripe(minor int64, currency string) int64 {
	if twoDecimals[currency] {
		return minor / 100
	}
	return minor
}
