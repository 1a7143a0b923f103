package flutterwave

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/vault"
)

// charge is a transaction as Flutterwave shows it.
type charge struct {
	ID                int64       `json:"id"`
	Reference         string      `json:"tx_ref"`
	OwnReference      string      `json:"flw_ref"`
	RedirectURL       *string     `json:"redirect_url,omitempty"`
	DeviceFingerprint string      `json:"device_fingerprint"`
	Amount            json.Number `json:"amount"`         // major units, asked for
	ChargedAmount     json.Number `json:"charged_amount"` // and charged
	AppFee            json.Number `json:"app_fee"`
	MerchantFee       json.Number `json:"merchant_fee"`
	ProcessorResponse string      `json:"processor_response"`
	AuthModel         string      `json:"auth_model"`
	ChargeType        string      `json:"charge_type"` // normal, or preauth
	Currency          string      `json:"currency"`
	IP                string      `json:"ip"`
	Narration         string      `json:"narration"`
	Status            string      `json:"status"`
	PaymentType       string      `json:"payment_type"`
	CreatedAt         string      `json:"created_at"`
	AccountID         int64       `json:"account_id"`
	AmountSettled     json.Number `json:"amount_settled"`
	Customer          customer    `json:"customer"`
	Card              *card       `json:"card,omitempty"`
	PaymentPlan       *string     `json:"payment_plan,omitempty"`

	Meta map[string]any `json:"meta,omitempty"` // as it was sent, and authorization when the shopper is to go on
}

// customer is who pays. The same address has the same id.
type customer struct {
	ID        int64   `json:"id"`
	Phone     *string `json:"phone_number"`
	Name      string  `json:"name"`
	Email     string  `json:"email"`
	CreatedAt string  `json:"created_at"`
}

// card is what may be shown of one.
type card struct {
	First  string `json:"first_6digits"`
	Last   string `json:"last_4digits"`
	Issuer string `json:"issuer"`
	// Country is the issuer's, empty when no BIN table tells.
	Country string `json:"country"`
	Type    string `json:"type"`
	Expiry  string `json:"expiry"` // MM/YY
	Token   string `json:"token,omitempty"`
}

// authorization is how the shopper goes on.
type authorization struct {
	Mode     string `json:"mode"`
	Redirect string `json:"redirect"`
}

// notAvailable stands where Flutterwave has no value for a text.
const notAvailable = "N/A"

// accountID is a merchant's account as a number.
func accountID(merchant string) int64 { return bulk.NumberOf("account "+merchant, 0) }

// moment writes a time as Flutterwave does.
func moment(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// number writes an amount as a JSON number of major units without needless zeros.
func number(minor int64, currency string) json.Number {
	text := money.Amount{Minor: minor, Currency: currency}.Major()
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return json.Number(text)
}

// charged is the answer to a charge that was made.
func (a *API) charged(ctx context.Context, v bulk.View) (Envelope, error) {
	if v.Status() == bulk.Failed {
		return Envelope{failure, responseOf(v.Paid), nil}, nil
	}
	data, err := a.show(ctx, v)
	if v.Status() == bulk.Pending {
		return Envelope{success, "Charge initiated", data}, err
	}
	return Envelope{success, "Charge successful", data}, err
}

// show is a transaction with what is known of its card.
func (a *API) show(ctx context.Context, v bulk.View) (charge, error) {
	out, err := newCharge(v)
	if err != nil || v.Paid == nil || !v.Paid.Vaulted {
		return out, err
	}
	kept, err := a.Vault.Find(ctx, v.Merchant, v.Paid.Token)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return out, nil // it was erased, and the charge remains
	}
	if err != nil {
		return out, err
	}
	out.Card.describe(kept)
	if kept.Customer.Phone != "" {
		out.Customer.Phone = &kept.Customer.Phone
	}
	return out, nil
}

// newCharge is a transaction as it is shown without its card's record.
func newCharge(v bulk.View) (charge, error) {
	var words detail
	if err := json.Unmarshal(v.Detail, &words); err != nil {
		return charge{}, fmt.Errorf("flutterwave: transaction %d: %w", v.Number, err)
	}
	currency := v.Amount.Currency
	out := charge{
		ID: v.Number, Reference: v.Reference, OwnReference: ownReference(v.Payment), DeviceFingerprint: cmp.Or(words.DeviceFingerprint, notAvailable),
		Amount: number(v.Amount.Minor, currency), ChargedAmount: number(v.Amount.Minor, currency), AppFee: "0", MerchantFee: "0", AmountSettled: "0",
		ProcessorResponse: cmp.Or(v.Refused, responseOf(v.Paid)), AuthModel: "noauth", ChargeType: "normal", Currency: currency, IP: words.IP, Narration: words.Narration,
		Status: string(v.Status()), PaymentType: "card", CreatedAt: moment(v.CreatedAt), AccountID: accountID(v.Merchant),
		Customer: customer{ID: bulk.NumberOf("customer "+v.Merchant+" "+strings.ToLower(v.Email), 0), Name: words.Name, Email: v.Email, CreatedAt: moment(v.CreatedAt)},
	}
	if words.RedirectURL != "" {
		out.RedirectURL = &words.RedirectURL
	}
	if words.PaymentPlan != "" {
		out.PaymentPlan = &words.PaymentPlan
	}
	for name, value := range words.Meta {
		out.tell(name, value)
	}
	if v.Paid != nil {
		out.pay(*v.Paid)
	}
	out.AuthModel = cmp.Or(words.AuthModel, out.AuthModel)
	return out, nil
}

// tell adds to a charge's meta.
func (c *charge) tell(name string, value any) {
	if c.Meta == nil {
		c.Meta = map[string]any{}
	}
	c.Meta[name] = value
}

// pay adds what a transaction's payment says.
func (c *charge) pay(p payment.Payment) {
	charged := p.Amount.Minor
	if p.Terms.Capture == payment.Manual {
		c.ChargeType = "preauth"
		if p.Captured > 0 {
			charged = p.Captured
		}
	}
	c.ChargedAmount, c.AppFee = number(charged, p.Amount.Currency), number(p.Terms.Fee.On(charged), p.Amount.Currency)
	c.AmountSettled = number(p.Captured-p.Terms.Fee.On(p.Captured), p.Amount.Currency)
	c.Customer.Name, c.Customer.Email = cmp.Or(c.Customer.Name, p.Terms.Payer.Name), cmp.Or(p.Terms.Payer.Email, c.Customer.Email)
	c.Card = &card{
		First: p.Card.BIN, Last: p.Card.Last4, Issuer: strings.ToUpper(p.Card.Brand.Name()), Type: strings.ToUpper(string(p.Card.Brand)),
		Expiry: fmt.Sprintf("%02d/%02d", p.Card.ExpMonth, p.Card.ExpYear%100),
	}
	if p.Terms.Authenticate || p.State == payment.RequiresAction || p.Authentication != "" {
		c.AuthModel = "VBVSECURECODE"
	}
	if p.State == payment.RequiresAction {
		c.tell("authorization", authorization{"redirect", p.ChallengeURL})
	}
	if p.State == payment.Voided {
		c.Status = "voided"
	}
}

// describe adds what the vault knows of a card.
func (c *card) describe(kept vault.Record) {
	c.Token = kept.Token.Flutterwave()
	c.Country = kept.Issuance.Country
	if kept.Issuance.Issuer != "" {
		c.Issuer = strings.ToUpper(c.Type + " " + kept.Issuance.Issuer)
	}
}
