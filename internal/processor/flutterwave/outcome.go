package flutterwave

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// transaction is a charge.
type transaction struct {
	ID                int64
	TxRef             string `json:"tx_ref"`
	FlwRef            string `json:"flw_ref"`
	Amount            json.Number
	ChargedAmount     json.Number `json:"charged_amount"`
	AmountSettled     json.Number `json:"amount_settled"`
	Currency          string
	Status            string
	ProcessorResponse string    `json:"processor_response"`
	AuthModel         string    `json:"auth_model"`
	AuthURL           string    `json:"auth_url"`
	ChargeType        string    `json:"charge_type"`
	CreatedAt         time.Time `json:"created_at"`
	Customer          struct{ Email string }
	Card              struct{ Token string }
	Meta              json.RawMessage
}

// page is where a shopper is to go.
type page struct{ Mode, Redirect string }

// pageOf reads what stands beside a charge, or in it: anything else may stand there too.
func pageOf(meta json.RawMessage) page {
	var m struct{ Authorization page }
	_ = json.Unmarshal(meta, &m)
	return m.Authorization
}

// adopt takes in what stood beside a charge.
func (t *transaction) adopt(meta json.RawMessage) {
	if pageOf(t.Meta).Mode == "" {
		t.Meta = meta
	}
}

// redirect is the issuer's page, empty for none.
func (t *transaction) redirect() string {
	if strings.HasPrefix(t.AuthURL, "http") {
		return t.AuthURL
	}
	return pageOf(t.Meta).Redirect
}

// preauthorized tells whether it was to be captured later.
func (t *transaction) preauthorized() bool { return t.ChargeType == "preauth" }

// secured tells whether the issuer wants to see the shopper, or has.
func (t *transaction) secured() bool { return strings.EqualFold(t.AuthModel, "VBVSECURECODE") }

// outcome reads what became of it.
func (t *transaction) outcome() processor.Outcome {
	amount, err := money.ParseMajor(t.Amount.String(), t.Currency)
	if err != nil || t.ID == 0 || t.TxRef == "" {
		return exchange.Unknown(errJSON)
	}
	o := processor.Outcome{ProcessorID: strconv.FormatInt(t.ID, 10), Reference: t.TxRef, Amount: amount}
	switch strings.ToLower(t.Status) {
	case "successful":
		o.State = processor.Approved
		if o.Captured, err = t.captured(amount); err != nil {
			return exchange.Unknown(err)
		}
		o.Voided = o.Captured > 0 && o.Captured < amount.Minor
	case "voided", "cancelled":
		o.State, o.Voided = processor.Approved, true
	case "failed":
		o.State, o.DeclineCode = processor.Declined, declineCode(t.ProcessorResponse)
		if t.secured() && o.DeclineCode == processor.GenericDecline {
			o.DeclineCode = processor.AuthenticationFailed
		}
		return o
	case "pending":
		if t.redirect() == "" && !t.secured() {
			return exchange.Unknown(errors.New("flutterwave: it is pending"))
		}
		o.State, o.ChallengeURL = processor.Challenge, t.redirect()
		return o
	default:
		return exchange.Unknown(fmt.Errorf("flutterwave: its status is none that is documented"))
	}
	if t.secured() {
		o.Authentication = processor.Challenged
	}
	if name := t.Card.Token + " " + t.Customer.Email; t.Card.Token != "" && t.Customer.Email != "" && len(name) <= processor.MaxStoredAs {
		o.StoredAs = name
	}
	return o
}

// captured is how much of a successful charge was taken.
func (t *transaction) captured(amount money.Amount) (int64, error) {
	if !t.preauthorized() {
		return amount.Minor, nil
	}
	settled, err := money.ParseMajor(cmp.Or(t.AmountSettled.String(), "0"), t.Currency)
	if err != nil || settled.Minor <= 0 {
		return 0, nil
	}
	// What was charged may hold a fee that the shopper bears, beyond the amount.
	charged, err := money.ParseMajor(t.ChargedAmount.String(), t.Currency)
	return min(charged.Minor, amount.Minor), err
}

// declineWords are the issuers' reasons as Flutterwave words them (its test cards,
// developer.flutterwave.com/docs/testing), and those that other issuers use for the same.
var declineWords = []struct {
	word string
	code processor.DeclineCode
}{
	{"insufficient", processor.InsufficientFunds}, {"do not hono", processor.DoNotHonor}, {"fraud", processor.SuspectedFraud},
	{"expired", processor.ExpiredCard}, {"cvv", processor.IncorrectCVV}, {"lost", processor.LostCard}, {"stolen", processor.StolenCard},
	{"pick up", processor.PickUpCard}, {"restricted", processor.RestrictedCard}, {"limit", processor.LimitExceeded},
	{"invalid card", processor.InvalidAccount}, {"no such card", processor.InvalidAccount}, {"invalid transaction", processor.NotPermitted},
	{"not permitted", processor.NotPermitted}, {"inoperative", processor.IssuerUnavailable}, {"issuer unavailable", processor.IssuerUnavailable},
	{"timeout", processor.IssuerUnavailable}, {"malfunction", processor.ProcessingError}, {"system error", processor.ProcessingError},
	{"authentication", processor.AuthenticationFailed}, {"declined", processor.GenericDecline},
}

func declineCode(words string) processor.DeclineCode {
	words = strings.ToLower(words)
	for _, d := range declineWords {
		if strings.Contains(words, d.word) {
			return d.code
		}
	}
	return processor.GenericDecline
}
