package bulk_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/vault"
)

// counter charges by opening payments, unless it is to fail.
type counter struct {
	db    *store.DB
	site  string
	fails error
	dies  bool
	asked []checkout.Order
}

func (c *counter) Charge(ctx context.Context, m string, token id.Token, order checkout.Order, actor string) (payment.Payment, error) {
	if c.fails != nil {
		return payment.Payment{}, c.fails
	}
	if p, err := c.db.FindPayment(ctx, m, order.Payment); err == nil {
		return p, nil
	}
	if c.dies {
		panic("the power is gone")
	}
	c.asked = append(c.asked, order)
	p := payment.Payment{
		ID: order.Payment, Merchant: m, Site: c.site, Sequence: 1, State: payment.Inflight, Amount: order.Amount, Reference: order.Reference, Terms: order.Terms, Token: token,
		Processor: "sandbox", ProcessorReference: id.Reference(), CreatedAt: time.Now(), UpdatedAt: time.Now(),
	}
	return p, c.db.KeepPayment(ctx, p, actor)
}

// owner is a vault in which every card is somebody's.
type owner struct{ email string }

func (o *owner) Find(context.Context, string, id.Token) (vault.Record, error) {
	return vault.Record{Customer: vault.Customer{ID: "cus_1", Name: "Ada", Email: o.email}}, nil
}

func (o *owner) FirstEmail(ctx context.Context, m string, token id.Token, email, _ string) (vault.Record, error) {
	o.email = email
	return o.Find(ctx, m, token)
}

// finder finds payments in the store.
type finder struct{ db *store.DB }

func (f finder) Find(ctx context.Context, m, p string) (payment.Payment, error) {
	return f.db.FindPayment(ctx, m, p)
}

// shop is a service on a real store, with a merchant.
func shop(t *testing.T) (*bulk.Service, *counter, bulk.Charge) {
	t.Helper()
	db, _ := storetest.Open(t, time.Now)
	merchants := &merchant.Service{Store: db, Now: time.Now}
	o, err := merchants.Open(t.Context(), "Kestrel Kettles", merchant.Test, "KESTREL KETTLES", []string{"https://shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	charges := &counter{db: db, site: o.Site.ID}
	s := &bulk.Service{Store: db, Charges: charges, Payments: finder{db}, Cards: &owner{}, Accounts: db, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	return s, charges, bulk.Charge{
		Merchant: o.Merchant.ID, Payment: id.New(id.Payment),
		Asked: bulk.Asked{Token: id.NewToken(), Amount: money.Amount{Minor: 30000, Currency: "NGN"}, Reference: "ref-1", Email: "ada@shop.example"},
	}
}

// Whoever dies between keeping a transaction and charging finds it, and charges once.
func TestAChargeAfterACrash(t *testing.T) {
	t.Parallel()
	s, charges, c := shop(t)
	charges.dies = true
	func() {
		defer func() { _ = recover() }()
		_, _, _ = s.Charge(t.Context(), c, "test")
	}()
	before, err := s.FindByReference(t.Context(), c.Merchant, "ref-1")
	if err != nil || before.Paid != nil || before.Status() != bulk.Pending {
		t.Fatalf("before it was charged: %+v, %v", before, err)
	}
	charges.dies = false
	for range 2 {
		got, p, err := s.Charge(t.Context(), c, "test")
		if err != nil || got.Number != before.Number || p.ID != c.Payment {
			t.Errorf("again: %+v, %s, %v", got, p.ID, err)
		}
	}
	list, total, err := s.List(t.Context(), c.Merchant, bulk.Filter{Page: 1, Size: 10})
	if err != nil || total != 1 || len(list) != 1 || list[0].Paid == nil || len(charges.asked) != 1 {
		t.Errorf("%d transactions, %d charges, %v", total, len(charges.asked), err)
	}
}

// What was refused before anything was sent is no transaction.
func TestARefusedChargeIsForgotten(t *testing.T) {
	t.Parallel()
	s, charges, c := shop(t)
	charges.fails = fault.Field("token", "The card has expired.")
	if _, _, err := s.Charge(t.Context(), c, "test"); !errors.Is(err, charges.fails) {
		t.Errorf("%v", err)
	}
	if _, total, err := s.List(t.Context(), c.Merchant, bulk.Filter{Page: 1, Size: 10}); err != nil || total != 0 {
		t.Errorf("%d transactions, %v", total, err)
	}
}

// A retry of less is a transaction of its own, which says what was asked for at first.
func TestARetryOfLess(t *testing.T) {
	t.Parallel()
	s, charges, c := shop(t)
	c.Asked.Shares = []bulk.Share{{Account: "RS_1", Ratio: 1, Basis: 900}}
	c.Batch, c.Item, c.Attempt, c.Amount = 130, 2, 3, 15000
	got, p, err := s.Charge(t.Context(), c, "test")
	if err != nil || got.Amount.Minor != 30000 || p.Amount.Minor != 15000 || got.Batch != 130 || got.Item != 2 || got.Attempt != 3 {
		t.Errorf("%+v of %s, %v", got, p.Amount, err)
	}
	order := charges.asked[0]
	if splits := order.Terms.Splits; len(splits) != 2 || splits[0].Amount != 13650 || splits[1].Amount != 1350 || splits[1].Account != c.Merchant {
		t.Errorf("its shares are %+v", splits)
	}
	if order.Customer.ID != "cus_1" || order.Customer.Name != "Ada" || order.Customer.Email != "ada@shop.example" || order.Terms.Capture != payment.Automatic {
		t.Errorf("the order is %+v", order)
	}
}

func TestWhatCannotBeCharged(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*bulk.Charge){
		"email":       func(c *bulk.Charge) { c.Asked.Email = "" },
		"amount":      func(c *bulk.Charge) { c.Asked.Amount.Minor = 0 },
		"currency":    func(c *bulk.Charge) { c.Asked.Amount.Currency = "XXQ" },
		"subaccounts": func(c *bulk.Charge) { c.Asked.Shares = []bulk.Share{{Account: "RS_1", Exact: 30001}} },
	} {
		s, charges, c := shop(t)
		change(&c)
		if _, _, err := s.Charge(t.Context(), c, "test"); err == nil || fault.Of(err).Field != field || len(charges.asked) != 0 {
			t.Errorf("%s: %v", field, err)
		}
	}
	s, charges, c := shop(t)
	s.Cards = &owner{"bob@shop.example"}
	if _, _, err := s.Charge(t.Context(), c, "test"); err == nil || fault.Of(err).Message != "Wrong token or email passed" || len(charges.asked) != 0 {
		t.Errorf("somebody else's card: %v", err)
	}
}
