package flutterwave

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

// firstCharge is the body of a card charge.
type firstCharge struct {
	Client wire.Digits `json:"client"`
}

// stepped is the answer to a charge that the shopper has a part in: the envelope with how it
// goes on beside what it holds.
type stepped struct {
	Status  string   `json:"status"`
	Message string   `json:"message"`
	Data    *charge  `json:"data,omitempty"`
	Meta    nextStep `json:"meta"`
}

// nextStep is how a charge goes on.
type nextStep struct {
	Authorization stepWanted `json:"authorization"`
}

// stepWanted is what is to be done next: fields to be asked of the shopper and sent with the
// charge again, a code to be sent to an endpoint, or a page to send the shopper to.
type stepWanted struct {
	Mode     string   `json:"mode"`
	Fields   []string `json:"fields,omitempty"`
	Endpoint string   `json:"endpoint,omitempty"`
	Redirect string   `json:"redirect,omitempty"`
}

// firstCharge charges a card that the merchant's own form has taken, and keeps it: the
// answer has the token by which it is charged from then on.
func (a *API) firstCharge(call call) error {
	if kind := call.fiber.Query("type"); !strings.EqualFold(kind, "card") {
		return fault.Field("type", "Only cards are charged here. Call /v3/charges?type=card.")
	}
	secret, err := secretKey(call.fiber)
	if err != nil {
		return err
	}
	var sent firstCharge
	if _, err := call.read(&sent); err != nil {
		return err
	}
	if !sent.Client.Given() {
		return fault.Field("client", "This field is required: the encrypted card and charge.")
	}
	encoded := sent.Client.AppendTo(make([]byte, 0, sent.Client.Len()))
	defer clear(encoded)
	plain, err := decrypt(secret, encoded)
	if err != nil {
		return err
	}
	defer clear(plain)
	var in cardCharge
	if err := wire.DecodeLoosely(plain, &in); err != nil {
		if fault.CodeOf(err) == fault.Malformed {
			return unreadable // most likely it was encrypted under another key
		}
		return err
	}
	return a.chargeCard(call, in)
}

// chargeCard charges a card once for its tx_ref, unless the shopper is to be asked for
// something first: then nothing is kept of it.
func (a *API) chargeCard(call call, in cardCharge) error {
	amount, err := in.check()
	if err != nil {
		return err
	}
	expiry, err := in.expiry()
	if err != nil {
		return err
	}
	card, err := in.Number.Card(in.CVV, expiry, in.customer().Name)
	if err != nil {
		return err
	}
	defer card.Wipe()
	wanted, err := before(card.Summary(), in.Authorization, call.test())
	if err != nil {
		return err
	}
	if wanted != nil {
		return wire.Answer(call.fiber, fiber.StatusOK, stepped{Status: success, Message: "Charge authorization data required", Meta: nextStep{*wanted}})
	}
	described := vault.Record{Summary: card.Summary()}
	if described.Fingerprint, described.Issuance, err = a.Vault.Describe(call.Merchant(), card); err != nil {
		return err
	}
	compared, err := in.compared()
	if err != nil {
		return err
	}
	return a.once(call, in.Reference, compared, func(ctx context.Context) (made, error) {
		name, _ := id.In(ctx, id.Payment)
		t, order, err := a.begin(ctx, call, name, in, amount, described)
		if err != nil {
			return made{}, err
		}
		v, err := a.Bulk.First(ctx, t, func(ctx context.Context) (payment.Payment, error) {
			return a.Checkout.ChargeCard(ctx, call.Merchant(), card, order, call.Actor())
		})
		if err != nil {
			return made{}, err
		}
		out, err := a.firstCharged(ctx, v, in.Authorization, call.test())
		return made{out, name}, err
	})
}

// begin makes the transaction and the order of a card charge under a payment's id. Errors:
// faults that name the field.
func (a *API) begin(ctx context.Context, call call, name string, in cardCharge, amount money.Amount, described vault.Record) (t bulk.Transaction, order checkout.Order, err error) {
	merchant := call.Merchant()
	if t, err = in.transaction(merchant, name, amount, in.Authorization.authModel(described.Summary, call.test())); err != nil {
		return t, order, err
	}
	if order, err = in.order(merchant, name, amount); err != nil {
		return t, order, err
	}
	order.Terms.Risk, err = a.Bulk.Assess(ctx, bulk.Charge{Merchant: merchant, Payment: name, Asked: in.visited()}, described)
	return t, order, err
}

// firstCharged is the answer to a first charge that was made.
func (a *API) firstCharged(ctx context.Context, v bulk.View, given givenByShopper, test bool) (any, error) {
	out, err := a.charged(ctx, v)
	data, ok := out.Data.(charge)
	if err != nil || !ok {
		return out, err
	}
	if v.Paid.State != payment.RequiresAction {
		return out, nil
	}
	wanted := stepWanted{Mode: "redirect", Redirect: v.Paid.ChallengeURL}
	if test && given.Mode == pinMode && isPINCard(v.Paid.Card) {
		wanted = stepWanted{Mode: "otp", Endpoint: "/v3/validate-charge"}
		data.ProcessorResponse = "Please enter the OTP sent to your mobile number or email"
	}
	delete(data.Meta, "authorization") // it stands beside the charge here
	return stepped{out.Status, out.Message, &data, nextStep{wanted}}, nil
}
