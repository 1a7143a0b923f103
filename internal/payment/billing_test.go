package payment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

func TestABillingAddressIsChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		address processor.Address
		field   string // that is complained of; empty when it is good
	}{
		"none":                     {processor.Address{}, ""},
		"a whole one":              {processor.Address{Line1: "12 St James's Square", City: "London", State: "England", PostalCode: "SW1Y 4JH", Country: "GB"}, ""},
		"as long as may be":        {processor.Address{Line1: strings.Repeat("x", 100)}, ""},
		"numbers of eleven digits": {processor.Address{Line1: "Box 12345678901, house 12345678901"}, ""},
		"a postal code with four":  {processor.Address{PostalCode: "90210-1234"}, ""},
		"long":                     {processor.Address{Line1: strings.Repeat("x", 101)}, "billing.line1"},
		"lines":                    {processor.Address{City: "Lon\ndon"}, "billing.city"},
		"a NUL":                    {processor.Address{State: "NY\x00"}, "billing.state"},
		"a card number":            {processor.Address{PostalCode: "4111111111111111"}, "billing.postal_code"},
		"one in groups":            {processor.Address{Line1: "card 4111 1111 1111 1111"}, "billing.line1"},
		"one with dashes":          {processor.Address{City: "4111-1111-1111-1111"}, "billing.city"},
		"one of other digits":      {processor.Address{State: "٤١١١١١١١١١١١١١١١"}, "billing.state"},
		"a country in full":        {processor.Address{Country: "Germany"}, "billing.country"},
		"a country in lower case":  {processor.Address{Country: "de"}, "billing.country"},
		"a country with a line":    {processor.Address{Country: "DE\n"}, "billing.country"},
	} {
		err := payment.Terms{Billing: c.address}.Check(money.Amount{Minor: 100, Currency: "USD"})
		if c.field == "" && err == nil {
			continue
		}
		if f := fault.Of(err); err == nil || f.Code != fault.Invalid || f.Field != c.field || strings.Contains(f.Message, "4111") {
			t.Errorf("%s: %v, want a complaint of %q", name, err, c.field)
		}
	}
}

// keen notes what it is asked.
type keen struct {
	processor.Gateway
	abilities processor.Abilities
	asked     processor.Request
}

func (k *keen) Abilities() processor.Abilities { return k.abilities }

func (k *keen) Authorize(_ context.Context, ask processor.Request, _ processor.Instrument) (processor.Outcome, error) {
	k.asked = ask
	return processor.Outcome{State: processor.Declined}, nil
}

// The processor is given the address, and asked for 3-D Secure when the terms or the risk
// say so and it can.
func TestWhatAProcessorIsAskedFor(t *testing.T) {
	t.Parallel()
	home := processor.Address{Line1: "1 High Street", PostalCode: "10001", Country: "US"}
	for name, c := range map[string]struct {
		terms payment.Terms
		can   bool
		want  bool
	}{
		"nothing of the kind":   {payment.Terms{}, true, false},
		"the terms say so":      {payment.Terms{Authenticate: true}, true, true},
		"the risk says so":      {payment.Terms{Risk: &event.Risk{Action: "challenge"}}, true, true},
		"both":                  {payment.Terms{Authenticate: true, Risk: &event.Risk{Action: "challenge"}}, true, true},
		"the risk says allow":   {payment.Terms{Risk: &event.Risk{Action: "allow"}}, true, false},
		"the processor cannot":  {payment.Terms{Authenticate: true}, false, false},
		"allowed, terms say so": {payment.Terms{Authenticate: true, Risk: &event.Risk{Action: "allow"}}, true, true},
	} {
		gateway := &keen{abilities: processor.Abilities{Challenge: c.can}}
		service := &payment.Service{Gateways: map[string]processor.Gateway{"keen": gateway}}
		p := opened()
		p.Processor, p.Terms = "keen", c.terms
		p.Terms.Billing = home
		if reply := service.Ask(t.Context(), p, payment.Asking{}, nil, false, processor.Instrument{}); reply.Unsent != nil {
			t.Fatalf("%s: %v", name, reply.Unsent)
		}
		if gateway.asked.Authenticate != c.want || gateway.asked.Billing != home {
			t.Errorf("%s: asked %+v", name, gateway.asked)
		}
	}
}
