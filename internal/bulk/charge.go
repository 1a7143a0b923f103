package bulk

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// Asked is what a merchant's server asks to be charged. It can be kept as JSON: it holds no
// card, and no secret but the token.
type Asked struct {
	Token        id.Token            `json:"token"`
	Amount       money.Amount        `json:"amount"`
	Reference    string              `json:"reference"` // the merchant's own name for it
	Email        string              `json:"email"`     // who pays; it must be the card's
	Name         string              `json:"name,omitempty"`
	Capture      payment.CaptureMode `json:"capture,omitempty"`
	Authenticate bool                `json:"authenticate,omitempty"` // the shopper is there, and is sent to the issuer
	ReturnURL    string              `json:"return_url,omitempty"`   // and comes back there
	Recurring    bool                `json:"recurring,omitempty"`
	SenseKey     string              `json:"sense_key,omitempty"` // of the merchant's page that the shopper is at; empty for none
	Address      string              `json:"address,omitempty"`   // where the merchant says the shopper is: any text
	Shares       []Share             `json:"shares,omitempty"`
	Metadata     map[string]string   `json:"metadata,omitempty"`
	Detail       json.RawMessage     `json:"detail,omitempty"` // the dialect's own words, which it echoes
}

// Charge is one attempt to charge what was asked for.
type Charge struct {
	Merchant string
	Payment  string // its id, chosen before: the same for the same attempt after a crash
	Batch    int64  // 0 for none
	Item     int
	Attempt  int
	Amount   int64 // minor units, for a retry of less than was asked for; 0 for all of it
	Asked    Asked
}

// reasonEmail is the text by which clients know a token of somebody else's.
const reasonEmail = "Wrong token or email passed"

// amount is what this attempt charges.
func (c Charge) amount() money.Amount {
	return money.Amount{Minor: cmp.Or(c.Amount, c.Asked.Amount.Minor), Currency: c.Asked.Amount.Currency}
}

// order is the charge as a checkout is asked for it.
func (c Charge) order(kept vault.Record) (checkout.Order, error) {
	shares, err := Splits(c.Asked.Shares, c.amount().Minor, c.Merchant)
	if err != nil {
		return checkout.Order{}, err
	}
	initiator := processor.Merchant
	if c.Asked.Authenticate {
		initiator = processor.Customer
	}
	return checkout.Order{
		Amount: c.amount(), Reference: c.Asked.Reference, Metadata: c.Asked.Metadata, Payment: c.Payment,
		Customer: vault.Customer{ID: kept.Customer.ID, Name: cmp.Or(c.Asked.Name, kept.Customer.Name), Email: c.Asked.Email, Phone: kept.Customer.Phone},
		Terms: payment.Terms{
			Capture: cmp.Or(c.Asked.Capture, payment.Automatic), Authenticate: c.Asked.Authenticate, ReturnURL: c.Asked.ReturnURL,
			Initiator: initiator, Recurring: c.Asked.Recurring, Splits: shares,
		},
	}, nil
}

// Check refuses what can be charged by nobody. Errors: faults that name the field.
func (a Asked) Check() error {
	if a.Email == "" {
		return fault.Field("email", "Give the shopper's email address.")
	}
	if a.Amount.Minor < 1 {
		return fault.Field("amount", "The amount must be more than nothing.")
	}
	order, err := Charge{Asked: a, Merchant: "merchant"}.order(vault.Record{})
	if err != nil {
		return err
	}
	return order.Check()
}

// Charge charges a kept card once, and gives the transaction and the payment. Its
// transaction is kept before; one of a charge that is refused is forgotten.
//
// Errors come only from before anything was sent: ErrTaken, faults on email, with the text
// "Wrong token or email passed", when the card is charged with another address, those of
// Asked.Check, and those of checkout.Service.Charge. After that there is always a payment.
func (s *Service) Charge(ctx context.Context, c Charge, actor string) (Transaction, payment.Payment, error) {
	if err := c.Asked.Check(); err != nil {
		return Transaction{}, payment.Payment{}, err
	}
	kept, err := s.owned(ctx, c, actor)
	if err != nil {
		return Transaction{}, payment.Payment{}, err
	}
	order, err := c.order(kept)
	if err != nil {
		return Transaction{}, payment.Payment{}, err
	}
	if order.Terms.Risk, err = s.Assess(ctx, c, kept); err != nil {
		return Transaction{}, payment.Payment{}, err
	}
	v, err := s.First(ctx, Transaction{
		Merchant: c.Merchant, Payment: c.Payment, Reference: c.Asked.Reference, Batch: c.Batch, Item: c.Item, Attempt: c.Attempt,
		Amount: c.Asked.Amount, Email: c.Asked.Email, Detail: c.Asked.Detail,
	}, func(ctx context.Context) (payment.Payment, error) {
		return s.Charges.Charge(ctx, c.Merchant, c.Asked.Token, order, actor)
	})
	if err != nil {
		return Transaction{}, payment.Payment{}, err
	}
	return v.Transaction, *v.Paid, nil
}

// owned gives the card of a charge when it belongs to whoever the charge says. A card that
// nobody's address was kept with takes the first it is charged with.
func (s *Service) owned(ctx context.Context, c Charge, actor string) (vault.Record, error) {
	kept, err := s.Cards.Find(ctx, c.Merchant, c.Asked.Token)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return kept, fault.Field("token", "Token not found")
	}
	if err == nil && kept.Customer.Email == "" {
		kept, err = s.Cards.FirstEmail(ctx, c.Merchant, c.Asked.Token, c.Asked.Email, actor)
	}
	if err == nil && !strings.EqualFold(kept.Customer.Email, strings.TrimSpace(c.Asked.Email)) {
		err = fault.Field("email", reasonEmail)
	}
	return kept, err
}
