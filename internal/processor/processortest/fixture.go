// Package processortest is the suite that every gateway must pass: what a payment
// relies on, tried against a processor that really runs.
//
// A gateway's test makes a Fixture and calls Run. The fixture names cards that
// make the processor behave, and lends the processor's own count of what it
// authorized: only the processor knows whether a shopper was charged twice.
//
// Parts that a processor cannot play are left out of the fixture and skipped.
package processortest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/processor"
)

// Case is a card, and an amount when that is what makes the processor behave.
type Case struct {
	Number string
	CVV    string       // empty for none
	Amount money.Amount // zero for the fixture's
}

// Fixture is a gateway with its processor, ready to be asked.
type Fixture struct {
	Gateway processor.Gateway
	Amount  money.Amount // one that decides nothing by itself
	Expiry  card.Expiry  // one that is good with every card here

	Approve  Case
	Declines map[processor.DeclineCode]Case // each code the processor can be made to give

	Challenge *Case                                       // a card whose issuer wants to see the shopper
	Confirm   func(t testing.TB, asked processor.Outcome) // the shopper confirms
	Refuse    func(t testing.TB, asked processor.Outcome) // the shopper refuses
	Slow      *Case                                       // a card that is approved, later than Patience
	Patience  time.Duration                               // what the slow card is given; long enough to be asked
	Refusing  func(t testing.TB) processor.Gateway        // the same kind of gateway where nobody listens
	Count     func(t testing.TB, reference string) int    // how many authorizations the processor has of a reference
	Now       func() time.Time                            // the processor's clock; time.Now when nil
}

// card makes what a shopper would have typed. It is wiped when the test is over.
func (f Fixture) card(t testing.TB, c Case) processor.Instrument {
	t.Helper()
	number, err := pan.ParseNumber([]byte(c.Number))
	if err != nil {
		t.Fatal(err)
	}
	made := pan.Card{Number: number, Expiry: f.Expiry, Name: "Ada Lovelace"}
	if c.CVV != "" {
		if made.CVV, err = pan.ParseCVV([]byte(c.CVV), number.Brand()); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(made.Wipe)
	return made
}

// request makes a request under a fresh reference.
func (f Fixture) request(c Case) processor.Request {
	amount := c.Amount
	if amount == (money.Amount{}) {
		amount = f.Amount
	}
	ask := processor.Request{
		Reference: id.Random(), Amount: amount, Descriptor: "PAYWICKET TEST", ReturnURL: "https://shop.example/checkout/return",
		Payer:   processor.Payer{Name: "Ada Lovelace", Email: "ada@shop.example", Phone: "+44 20 7946 0958"},
		Billing: processor.Address{Line1: "12 St James's Square", City: "London", State: "England", PostalCode: "SW1Y 4JH", Country: "GB"},
	}
	if f.Gateway.Abilities().NeedsDecline {
		ask.Declined = &processor.Outcome{
			State: processor.Declined, ProcessorID: "auth_before", DeclineCode: processor.DoNotHonor, NetworkCode: "05", AVS: "Y", CVVResult: "M",
		}
	}
	return ask
}

// later is a request for a card that was kept: it has no CVV, and the name that the
// processor gave it, if it gave one.
func (f Fixture) later(t testing.TB, first processor.Outcome) (Case, processor.Request) {
	t.Helper()
	stored := f.Approve
	stored.CVV = ""
	ask := f.request(stored)
	ask.StoredAs = first.StoredAs
	if vault, ok := f.Gateway.(processor.Vault); ok {
		var err error
		if ask.StoredAs, err = vault.Store(t.Context(), f.card(t, f.Approve)); err != nil || ask.StoredAs == "" || len(ask.StoredAs) > processor.MaxStoredAs {
			t.Fatalf("the card is stored as %q, %v", ask.StoredAs, err)
		}
	}
	return stored, ask
}

// authorize asks for a case, and checks what holds for every answer.
func (f Fixture) authorize(ctx context.Context, t testing.TB, ask processor.Request, c Case) (processor.Outcome, error) {
	t.Helper()
	instrument := f.card(t, c)
	outcome, err := f.Gateway.Authorize(ctx, ask, instrument)
	if instrument.Number.Len() != len(c.Number) || len(instrument.CVV.Bytes()) != len(c.CVV) {
		t.Error("the gateway wiped a card that was only lent")
	}
	quiet(t, c, outcome, err)
	return outcome, err
}

// answered is authorize where there must be an answer about what was asked.
func (f Fixture) answered(t testing.TB, ask processor.Request, c Case) processor.Outcome {
	t.Helper()
	outcome, err := f.authorize(t.Context(), t, ask, c)
	if err != nil {
		t.Fatalf("nothing was sent: %v", err)
	}
	echoes(t, ask, outcome)
	return outcome
}

// looked looks a reference up, where there must be an answer.
func (f Fixture) looked(t testing.TB, ask processor.Request, c Case) processor.Outcome {
	t.Helper()
	outcome, err := f.Gateway.Lookup(t.Context(), original(ask))
	if err != nil {
		t.Fatalf("look-up: %v", err)
	}
	quiet(t, c, outcome, err)
	return outcome
}

// expect checks the state of an outcome.
func expect(t testing.TB, outcome processor.Outcome, want processor.State) {
	t.Helper()
	if outcome.State != want {
		t.Fatalf("the outcome is %+v, want %s", outcome, want)
	}
}

// echoes checks that an outcome is about what was asked.
func echoes(t testing.TB, ask processor.Request, outcome processor.Outcome) {
	t.Helper()
	if outcome.Reference != ask.Reference || outcome.Amount != ask.Amount {
		t.Errorf("asked for %s under %s, and the echo is %s under %s", ask.Amount, ask.Reference, outcome.Amount, outcome.Reference)
	}
}

// quiet checks that neither outcome nor error has card data in it: no number, nor
// so much of one that the rest is easily guessed, and no CVV.
func quiet(t testing.TB, c Case, outcome processor.Outcome, err error) {
	t.Helper()
	said := fmt.Sprintf("%+v %#v %v", outcome, outcome, err)
	bare := strings.NewReplacer(" ", "", "-", "").Replace(said)
	for _, digits := range []string{c.Number[:12], c.Number[len(c.Number)-12:], fmt.Sprintf("%x", c.Number)} {
		if strings.Contains(said, digits) || strings.Contains(bare, digits) {
			t.Errorf("the card number was said: %s", said)
		}
	}
	// Three digits may well be part of an id, so the CVV is looked for by itself.
	if c.CVV != "" && regexp.MustCompile(`(^|[^0-9A-Za-z])`+c.CVV+`([^0-9A-Za-z]|$)`).MatchString(said) {
		t.Errorf("the CVV was said: %s", said)
	}
}

// once checks that the processor has one authorization of a reference.
func (f Fixture) once(t testing.TB, ask processor.Request) {
	t.Helper()
	if n := f.Count(t, ask.Reference); n != 1 {
		t.Errorf("the processor has %d authorizations of %s", n, ask.Reference)
	}
}

// original names what was asked for.
func original(ask processor.Request) processor.Original {
	return processor.Original{Reference: ask.Reference, Amount: ask.Amount, At: time.Now()}
}
