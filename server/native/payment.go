package native

import (
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

// Terms is what a session or a payment may be asked for with.
type Terms struct {
	Capture      string        `json:"capture"`       // manual | automatic; manual when empty
	LateApproval string        `json:"late_approval"` // void | confirm; void when empty
	Recurring    bool          `json:"recurring"`
	Installments int           `json:"installments"` // 2 to 48; 0 for one payment
	Items        []event.Item  `json:"items"`
	Splits       []event.Split `json:"splits"`
	Billing      Address       `json:"billing"` // told to processors; nothing here tells of it again
}

// Address is where the card's statements go, for the issuer to compare.
type Address struct {
	Line1      string `json:"line1"` // street and number
	City       string `json:"city"`
	State      string `json:"state"`
	PostalCode string `json:"postal_code"`
	Country    string `json:"country"` // ISO 3166-1 alpha-2
}

func (t Terms) terms() payment.Terms {
	return payment.Terms{
		Capture: payment.CaptureMode(t.Capture), Late: payment.LatePolicy(t.LateApproval), Recurring: t.Recurring,
		Installments: t.Installments, Items: t.Items, Splits: t.Splits, Billing: processor.Address(t.Billing),
	}
}

// paymentRequest charges a token.
type paymentRequest struct {
	Token           string            `json:"token" validate:"required"`
	Amount          *int64            `json:"amount" validate:"required"` // minor units; 0 checks the card without charging it
	Currency        string            `json:"currency"`                   // ISO 4217
	Site            string            `json:"site"`                       // the merchant's first site when empty
	Reference       string            `json:"reference"`
	Metadata        map[string]string `json:"metadata"`
	Customer        event.Customer    `json:"customer"`         // who pays; whom the card belongs to when empty
	Initiator       string            `json:"initiator"`        // merchant | customer; merchant when empty
	SchemeReference string            `json:"scheme_reference"` // of the payment in which the shopper agreed
	ReturnURL       string            `json:"return_url"`       // where the shopper goes after the issuer's page
	Terms
}

func (a *API) createPayment(call wire.Call, in paymentRequest) (event.Payment, error) {
	token, err := id.ParseToken(in.Token)
	if err != nil {
		return event.Payment{}, fault.Field("token", "There is no such token.")
	}
	terms := in.terms()
	terms.Initiator, terms.SchemeReference = processor.Initiator(in.Initiator), in.SchemeReference
	terms.ReturnURL = in.ReturnURL
	p, err := a.Checkout.Charge(call, call.Merchant(), token, checkout.Order{
		Site: in.Site, Amount: money.Amount{Minor: *in.Amount, Currency: in.Currency},
		Reference: in.Reference, Metadata: in.Metadata, Customer: vault.Customer(in.Customer), Terms: terms,
	}, call.Actor())
	if err != nil {
		return event.Payment{}, err
	}
	return p.Payload(), nil
}

func (a *API) findPayment(call wire.Call, _ wire.Empty) (event.Payment, error) {
	name := call.Param("id")
	if err := named(id.Payment, name); err != nil {
		return event.Payment{}, err
	}
	p, err := a.Payments.Find(call, call.Merchant(), name)
	if err != nil {
		return event.Payment{}, err
	}
	return p.Payload(), nil
}

// captureRequest captures a payment.
type captureRequest struct {
	Amount int64 `json:"amount"` // minor units; 0 for all there is
	Final  bool  `json:"final"`  // what is left is released
}

// MayBeEmpty lets the body be left out: all there is.
func (captureRequest) MayBeEmpty() {}

// refundRequest refunds a payment.
type refundRequest struct {
	Amount int64 `json:"amount"` // minor units; 0 for all there is
}

// MayBeEmpty lets the body be left out: all there is.
func (refundRequest) MayBeEmpty() {}

func (a *API) capturePayment(call wire.Call, in captureRequest) (event.Payment, error) {
	return a.modify(call, processor.Capture, in.Amount, in.Final)
}

func (a *API) voidPayment(call wire.Call, _ wire.Empty) (event.Payment, error) {
	return a.modify(call, processor.Void, 0, false)
}

func (a *API) refundPayment(call wire.Call, in refundRequest) (event.Payment, error) {
	return a.modify(call, processor.Refund, in.Amount, false)
}

// modify gives the payment with its newest modification last: succeeded, failed, or
// processing while it is not known.
func (a *API) modify(call wire.Call, kind processor.ModificationKind, amount int64, final bool) (event.Payment, error) {
	name := call.Param("id")
	if err := named(id.Payment, name); err != nil {
		return event.Payment{}, err
	}
	if amount < 0 || amount > money.Max {
		return event.Payment{}, fault.Field("amount", "Give a whole number of minor units up to %d, or leave it out for all there is.", int64(money.Max))
	}
	p, err := a.Payments.Modify(call, call.Merchant(), name, kind, amount, final, call.Actor())
	if err != nil {
		return event.Payment{}, err
	}
	return p.Payload(), nil
}
