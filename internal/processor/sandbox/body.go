package sandbox

import (
	"encoding/json"
	"strconv"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/processor"
)

// maxCard is how many bytes the members that the card makes take up at most.
const maxCard = len(`,"number":"","cvv":"","exp_month":12,"exp_year":2099}`) + 19 + 4

// write writes the JSON by hand: an encoder would want the number as text, and
// would keep it in a buffer of its own.
func write(ask processor.Request, c processor.Instrument) ([]byte, error) {
	open, err := json.Marshal(struct {
		Reference  string `json:"reference"`
		Amount     int64  `json:"amount"`
		Currency   string `json:"currency"`
		Descriptor string `json:"descriptor"`
		ReturnURL  string `json:"return_url"`
		Name       string `json:"name"`

		Capture         bool                `json:"capture,omitempty"`
		Initiator       processor.Initiator `json:"initiator,omitempty"`
		Recurring       bool                `json:"recurring,omitempty"`
		SchemeReference string              `json:"scheme_reference,omitempty"`
		Installments    int                 `json:"installments,omitempty"`
		Authenticate    bool                `json:"authenticate,omitempty"`
		Exempt          bool                `json:"exempt,omitempty"`

		Line1      string `json:"billing_line1,omitempty"`
		City       string `json:"billing_city,omitempty"`
		State      string `json:"billing_state,omitempty"`
		PostalCode string `json:"billing_postal_code,omitempty"`
		Country    string `json:"billing_country,omitempty"`

		Network card.Brand `json:"network,omitempty"`
	}{
		ask.Reference, ask.Amount.Minor, ask.Amount.Currency, ask.Descriptor, ask.ReturnURL, c.Name,
		ask.Capture, ask.Initiator, ask.Recurring, ask.SchemeReference, ask.Installments, ask.Authenticate, ask.Exempt,
		ask.Billing.Line1, ask.Billing.City, ask.Billing.State, ask.Billing.PostalCode, ask.Billing.Country,
		ask.Network,
	})
	if err != nil {
		return nil, err
	}
	// Large enough from the start: growing would leave a copy of the number behind.
	text := make([]byte, 0, len(open)+maxCard)
	text = append(text, open[:len(open)-1]...)
	text = append(text, `,"number":"`...)
	text = append(text, c.Number.Bytes()...)
	if cvv := c.CVV.Bytes(); len(cvv) > 0 {
		text = append(text, `","cvv":"`...)
		text = append(text, cvv...)
	}
	text = append(text, `","exp_month":`...)
	text = strconv.AppendInt(text, int64(c.Expiry.Month), 10)
	text = append(text, `,"exp_year":`...)
	text = strconv.AppendInt(text, int64(c.Expiry.Year), 10)
	text = append(text, '}')
	return text, nil
}
