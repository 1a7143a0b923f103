package flexcharge

import (
	"context"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

// evaluated is the answer to a declined sale.
type evaluated struct {
	OrderSessionKey string  `json:"orderSessionKey"`
	SenseKey        *string `json:"senseKey"`
	OrderID         string  `json:"orderId"` // the same: the merchant's own is in /orders
	Envelope
}

// success is the result of whatever was done.
const success = "Success"

// evaluate says what can be done about a declined sale, and does it.
func (a *API) evaluate(call call) error {
	var in sale
	if err := read(call.fiber, &in); err != nil {
		return err
	}
	if err := in.missing(call.Merchant()).err(); err != nil {
		return err
	}
	out, err := in.rescued(call, a.Now())
	if err != nil {
		return err
	}
	if err := check(out); err != nil {
		return err
	}
	return a.once(call, in.IdempotencyKey, in.compared("evaluate"), func(ctx context.Context) (made, error) {
		v, err := a.tryAgain(ctx, call, out, in.PaymentMethod)
		if err != nil {
			return made{}, err
		}
		return made{newEvaluated(v), v.Payment}, nil
	})
}

// check refuses before a card is kept what would be refused after.
func check(s rescue.Sale) error {
	return checkout.Order{Amount: s.Amount, Reference: s.Reference, Customer: s.Customer, Terms: payment.Terms{Billing: s.Billing}}.Check()
}

// compared is what is compared of two requests with the same key, without the CVV. It holds
// the card as the body did: the caller clears it.
func (s sale) compared(what string) []byte {
	const numberAndMore = 64 // so that it does not grow, which would leave a copy behind
	said := fmt.Appendf(nil, "%s %q %d %q ", what, s.OrderID, *s.Transaction.Amount, s.Transaction.Currency)
	text := append(make([]byte, 0, len(said)+numberAndMore), said...)
	if number := s.PaymentMethod.CardNumber; number.Len() <= numberAndMore {
		text = number.AppendTo(text)
	}
	return text
}

// tryAgain has a sale rescued with the card that it names. A real number is kept first.
func (a *API) tryAgain(ctx context.Context, call call, out rescue.Sale, with paymentMethod) (rescue.View, error) {
	brand := card.Unknown // of a kept card: three digits will do, and four
	if with.byToken() {
		out.Token, _ = with.CardNumber.Token() // what is no token is as one that is not known
	} else {
		kept, err := a.keepNumber(ctx, call, with, out.Customer)
		if err != nil {
			return rescue.View{}, err
		}
		out.Token, brand = kept.Token, kept.Summary.Brand
	}
	cvv, err := with.VerificationValue.CVV(brand)
	if err != nil {
		return rescue.View{}, err
	}
	defer cvv.Wipe()
	return a.Rescues.Evaluate(ctx, out, func(ctx context.Context, token id.Token, order checkout.Order) (payment.Payment, error) {
		order.CVV = cvv
		return a.Checkout.Charge(ctx, call.Merchant(), token, order, call.Actor())
	}, call.Actor())
}

// keepNumber puts the number of a sale into the vault, whose token is a name that follows
// from the request's key and is not the order's.
func (a *API) keepNumber(ctx context.Context, call call, with paymentMethod, customer vault.Customer) (vault.Record, error) {
	expiry, err := readExpiry(with.ExpirationMonth, with.ExpirationYear)
	if err != nil {
		return vault.Record{}, err
	}
	c, err := with.CardNumber.Card(with.VerificationValue, expiry, customer.Name)
	if err != nil {
		return vault.Record{}, err
	}
	defer c.Wipe()
	seed, _ := id.In(ctx, "card_")
	return a.Vault.Keep(id.WithSeed(ctx, []byte(seed)), call.Merchant(), c, vault.Permanent, call.Actor())
}

// newEvaluated tells what came of a sale.
func newEvaluated(v rescue.View) evaluated {
	return evaluated{OrderSessionKey: v.ID, SenseKey: orNull(v.SenseKey), OrderID: v.ID, Envelope: told(v, statusWords[v.Status()])}
}

// transmitted is the answer to a sale that is to be learned from.
type transmitted struct {
	TransmitID string `json:"transmitId"`
	Envelope
}

// transmit takes in a sale to learn from. Of its card only a token is looked at: a number
// is wiped with the body, unread.
func (a *API) transmit(call call) error {
	var in sale
	if err := read(call.fiber, &in); err != nil {
		return err
	}
	p := in.common(call.Merchant())
	if in.IsDeclined == nil {
		p.required("IsDeclined")
	}
	if err := p.err(); err != nil {
		return err
	}
	out, err := in.rescued(call, a.Now())
	if err != nil {
		return err
	}
	if out.Customer.Check() != nil {
		out.Customer = vault.Customer{} // there is nothing to find the payer by
	}
	if err := check(out); err != nil {
		return err
	}
	out.Token, _ = in.PaymentMethod.CardNumber.Token()
	if in.IdempotencyKey == "" {
		given, err := a.learn(call, call, out)
		if err != nil {
			return err
		}
		return wire.Answer(call.fiber, fiber.StatusOK, given.body)
	}
	return a.once(call, in.IdempotencyKey, in.compared("transmit"), func(ctx context.Context) (made, error) { return a.learn(ctx, call, out) })
}

func (a *API) learn(ctx context.Context, call call, out rescue.Sale) (made, error) {
	name, err := a.Rescues.Transmit(ctx, out)
	if err != nil {
		return made{}, err
	}
	done := succeeded(nil)
	done.Result = orNull(success)
	return made{transmitted{name, done}, ""}, nil
}
