package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/report"
	"github.com/paywicket/paywicket/internal/store/storetest"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func now() time.Time { return noon }

// shop is an account with a site whose descriptor begins like a formula.
func shop(t *testing.T, environment merchant.Environment) (*report.Service, merchant.Opening, func(payment.Payment)) {
	t.Helper()
	db, _ := storetest.Open(t, now)
	o, err := (&merchant.Service{Store: db, Now: now}).Open(t.Context(), "Shop", environment, "+PLUS SHOP", []string{"https://shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	keep := func(p payment.Payment) {
		t.Helper()
		p.ID, p.Merchant, p.Site, p.Sequence, p.Token = id.New(id.Payment), o.Merchant.ID, o.Site.ID, 1, id.NewToken()
		p.Processor, p.ProcessorReference, p.CreatedAt, p.UpdatedAt = "sandbox", id.Random(), noon, noon
		p.Terms.Descriptor = o.Site.Descriptor
		if err := db.KeepPayment(t.Context(), p, "test"); err != nil {
			t.Fatal(err)
		}
	}
	return &report.Service{Store: db, Merchants: db, Now: now}, o, keep
}

// What each state of a payment adds to a report.
func TestEveryStateIsReported(t *testing.T) {
	t.Parallel()
	type row = report.Checkout
	for _, state := range payment.States {
		p := payment.Payment{State: state, Amount: money.Amount{Minor: 1000, Currency: "USD"}, Attempts: []payment.Attempt{{Processor: "first", Reference: id.Random(), State: payment.Declined}}}
		want := row{DeclinedAttempts: 1}
		switch state {
		case payment.Authorized:
			p.Capturable = 1000
		case payment.PartiallyCaptured:
			p.Capturable, p.Captured = 700, 300
			want.Money = report.Money{Captured: 300, Net: 300}
		case payment.Captured:
			p.Captured = 900 // and the rest was released
			want.Money = report.Money{Captured: 900, Voided: 100, Net: 900}
		case payment.PartiallyRefunded:
			p.Captured, p.Refunded = 1000, 400
			want.Money = report.Money{Captured: 1000, Refunded: 400, Net: 600}
		case payment.Refunded:
			p.Captured, p.Refunded = 1000, 1000
			want.Money = report.Money{Captured: 1000, Refunded: 1000}
		case payment.Voided:
			want.Money = report.Money{Voided: 1000}
		case payment.Reversing:
			p.Capturable = 1000
			want.Money = report.Money{Reversed: 1000}
		case payment.Reversed:
			p.Captured, p.Refunded = 1000, 1000 // by a refund
			want.Money = report.Money{Reversed: 1000}
		case payment.Declined:
			want.Declined, want.DeclinedAttempts = 1, 2
		case payment.Failed:
			want.Failed = 1
		default:
			want.Pending = 1
		}
		if state.Paid() {
			want.Approved, want.Authorized, want.Rescued, want.RescuedAmount = 1, 1000, 1, 1000
		}
		s, o, keep := shop(t, merchant.Live)
		keep(p)
		r, err := s.Rescue(t.Context(), o.Merchant.ID, noon, noon.Add(time.Millisecond))
		if err != nil || len(r.Checkout) != 1 || len(r.Rescue) != 0 {
			t.Fatalf("%s: %+v, %v", state, r, err)
		}
		want.Place = report.Place{Site: o.Site.ID, Descriptor: "+PLUS SHOP", Currency: "USD"}
		if r.Checkout[0] != want {
			t.Errorf("%s:\n got %+v\nwant %+v", state, r.Checkout[0], want)
		}
	}
}

// A spreadsheet takes nothing in the CSV for a formula.
func TestADescriptorIsNoFormula(t *testing.T) {
	t.Parallel()
	s, o, keep := shop(t, merchant.Test)
	keep(payment.Payment{State: payment.Captured, Amount: money.Amount{Minor: 1000, Currency: "USD"}, Captured: 1000})
	r, err := s.Rescue(t.Context(), o.Merchant.ID, noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := r.CSV(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\r\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "checkout,"+o.Site.ID+",'+PLUS SHOP,,,USD,true,") || !strings.HasSuffix(lines[1], ",1000,0,0,1000,0") {
		t.Errorf("%q", lines)
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	s, o, _ := shop(t, merchant.Test)
	for name, c := range map[string]struct {
		length time.Duration
		field  string
	}{
		"a year": {report.MostSpan, ""}, "more than a year": {report.MostSpan + time.Millisecond, "from"}, "nothing": {0, "from"}, "backwards": {-time.Hour, "from"},
	} {
		_, err := s.Rescue(t.Context(), o.Merchant.ID, noon, noon.Add(c.length))
		if (err == nil) != (c.field == "") || err != nil && fault.Of(err).Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Rescue(t.Context(), "mer_x", noon, noon.Add(time.Hour)); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("nobody's: %v", err)
	}
}
