package sandbox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

// patience is what a gateway gives a sandbox that does not answer.
const patience = 150 * time.Millisecond

// Every fault in every kind of call: the gateway never takes one for an approval or a
// decline of what was asked, an error only where nothing was done, and a look-up without
// faults tells afterwards what the ledger has.
func TestEveryFaultInEveryCall(t *testing.T) {
	t.Parallel()
	for _, fault := range sandbox.AllFaults {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			b := start(t)
			b.server.Faults = &sandbox.Faults{}
			// A gateway to each call: an answer that came twice is left on its connection.
			g := func() processor.Gateway { return connect(t, b.url) }
			call := func(do func(ctx context.Context) (processor.Outcome, error)) (processor.Outcome, error) {
				given := 5 * time.Second
				if slices.Contains([]sandbox.Fault{sandbox.HangBefore, sandbox.HangAfter, sandbox.Drip}, fault) {
					given = patience
				}
				ctx, cancel := context.WithTimeout(t.Context(), given)
				defer cancel()
				return do(ctx)
			}
			ask := processor.Request{Reference: id.Reference(), Amount: money.Amount{Minor: 4900, Currency: "USD"}}
			instrument := pantest.Card(t, "4111111111111111")
			of := processor.Original{Reference: ask.Reference, Amount: ask.Amount}

			b.server.Faults.Arm(fault)
			o, err := call(func(ctx context.Context) (processor.Outcome, error) { return g().Authorize(ctx, ask, instrument) })
			b.unclear(t, "authorization", fault, ask.Reference, o, err)
			if n := len(b.ledger.List()); n != 1 && !beforeDecision(fault) || n != 0 && beforeDecision(fault) {
				t.Fatalf("the ledger has %d rows", n)
			}
			b.say("/clock", `{"advance":11}`) // what was hidden shows
			if o, err = g().Lookup(t.Context(), of); err != nil || (o.State == processor.NotFound) != beforeDecision(fault) {
				t.Errorf("looked up: %+v, %v", o, err)
			}
			if beforeDecision(fault) {
				if o, err = g().Authorize(t.Context(), ask, instrument); err != nil || o.State != processor.Approved {
					t.Fatalf("%+v, %v", o, err)
				}
			}
			b.server.Faults.Arm(fault)
			m := processor.Modification{Kind: processor.Capture, Reference: id.Reference(), Amount: ask.Amount, Original: of}
			o, err = call(func(ctx context.Context) (processor.Outcome, error) { return g().Modify(ctx, m) })
			if fault != sandbox.LateApproval {
				b.unclear(t, "capture", fault, m.Reference, o, err)
			}
			b.server.Faults.Disarm()
			if o, err = g().LookupModification(t.Context(), m); err != nil || (o.State == processor.NotFound) != beforeDecision(fault) {
				t.Errorf("capture looked up: %+v, %v", o, err)
			}
			b.server.Faults.Arm(fault)
			if o, err = call(func(ctx context.Context) (processor.Outcome, error) { return g().CancelChallenge(ctx, of) }); err == nil && o.State == processor.Declined {
				t.Errorf("cancelled: %+v", o)
			}
		})
	}
}

// say posts a body, and gives what is answered.
func (b *bench) say(path, body string) (int, string) {
	b.t.Helper()
	response, err := b.client.Post(b.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// beforeDecision tells whether a fault leaves nothing in the ledger.
func beforeDecision(fault sandbox.Fault) bool {
	return slices.Contains([]sandbox.Fault{
		sandbox.RefuseBefore, sandbox.HangBefore, sandbox.TooEarly, sandbox.Throttled, sandbox.Timeout408, sandbox.Broken500, sandbox.Down503,
	}, fault)
}

// unclear checks what a gateway made of an answer that went wrong. An answer that came
// twice is one; an answer about something else must be seen as such by who asked.
func (b *bench) unclear(t *testing.T, what string, fault sandbox.Fault, reference string, o processor.Outcome, err error) {
	t.Helper()
	switch fault {
	case sandbox.Twice:
		if err != nil || o.State != processor.Approved || o.Reference != reference {
			t.Errorf("%s: %+v, %v", what, o, err)
		}
	case sandbox.WrongAmount, sandbox.WrongMoney, sandbox.WrongName:
		if err != nil || o.Reference == reference && o.Amount == (money.Amount{Minor: 4900, Currency: "USD"}) {
			t.Errorf("%s: %+v, %v", what, o, err)
		}
	default:
		if err != nil || o.State != processor.Unknown || o.Detail == "" {
			t.Errorf("%s: %+v, %v, want unknown", what, o, err)
		}
	}
}

// With the same seed the same calls go wrong in the same way, whatever their order.
func TestFaultsAreTheSameForASeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64, order []int) map[int]string {
		b := start(t)
		b.server.Faults = &sandbox.Faults{Rate: 0.3, Seed: seed}
		said := map[int]string{}
		for _, i := range order {
			card := pantest.Card(t, "4111111111111111")
			ctx, cancel := context.WithTimeout(t.Context(), 10*patience) // what is not about time is given it
			// What is left on a connection is not to be the next call's.
			o, err := connect(t, b.url).Authorize(ctx, processor.Request{Reference: fmt.Sprintf("reference-%d", i), Amount: money.Amount{Minor: 4900, Currency: "USD"}}, card)
			said[i] = fmt.Sprint(o.State, o.Detail, o.Amount, err)
			cancel()
		}
		return said
	}
	var forwards []int
	for i := range 40 {
		forwards = append(forwards, i)
	}
	backwards := slices.Clone(forwards)
	slices.Reverse(backwards)
	one, two, other := run(7, forwards), run(7, backwards), run(8, forwards)
	wrong, differ := 0, 0
	for _, i := range forwards {
		if one[i] != two[i] {
			t.Errorf("call %d: %s, in another order %s", i, one[i], two[i])
		}
		if !strings.HasPrefix(one[i], "approved") || !strings.Contains(one[i], "49.00 USD") {
			wrong++
		}
		if one[i] != other[i] {
			differ++
		}
	}
	if wrong < 4 || wrong > 24 || differ == 0 {
		t.Errorf("%d of 40 went wrong where 12 should; another seed differs in %d", wrong, differ)
	}
}

// The clock moves forwards, for whatever depends on it; backwards it does not.
func TestTheClockMoves(t *testing.T) {
	t.Parallel()
	b := start(t)
	status, text := b.say("/clock", `{"advance":259200}`)
	if status != http.StatusOK || !strings.Contains(text, `"now":"2026-11-24T09:30:00Z"`) || !strings.Contains(text, `"ahead":259200`) {
		t.Errorf("%d %s", status, text)
	}
	for _, bad := range []string{`{"advance":-1}`, `{"advance":1.5}`, `{"advance":99999999999}`, `soon`} {
		if status, text := b.say("/clock", bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", bad, status, text)
		}
	}
	b.say("/clock", `{"advance":150000000}`) // nearly five years: the card has expired
	card := pantest.Card(t, "4111111111111111")
	if o, err := connect(t, b.url).Authorize(t.Context(), processor.Request{Reference: id.Reference(), Amount: money.Amount{Minor: 1, Currency: "USD"}}, card); err != nil || o.DeclineCode != processor.ExpiredCard {
		t.Errorf("%+v, %v", o, err)
	}
}

// The card updater knows what became of a card.
func TestTheCardUpdater(t *testing.T) {
	t.Parallel()
	b := start(t)
	for body, want := range map[string]string{
		`{"number":"4242424242424242","exp_month":12,"exp_year":2030}`: `{"status":"current"}`,
		`{"number":"4242424242424242","exp_month":10,"exp_year":2026}`: `{"status":"new_expiry","exp_month":10,"exp_year":2030}`,
		`{"number":"4000000000009987","exp_month":10,"exp_year":2027}`: `{"status":"new_number","number":"4111111111111111","exp_month":10,"exp_year":2030}`,
		`{"number":"4000000000009979","exp_month":12,"exp_year":2030}`: `{"status":"closed"}`,
		`{"number":"4000160000004147","exp_month":12,"exp_year":2030}`: `{"status":"contact_cardholder"}`,
	} {
		if status, text := b.say("/card_updates", body); status != http.StatusOK || strings.TrimSpace(text) != want {
			t.Errorf("%s: %d %s, want %s", body, status, text, want)
		}
	}
	for _, bad := range []string{`{}`, `{"number":"4242424242424241","exp_month":12,"exp_year":2030}`, `{"number":"4242424242424242","exp_month":13,"exp_year":2030}`, `{"number":"4242424242424242","exp_month":12,"exp_year":2030,"cvv":"123"}`, `x`} {
		if status, text := b.say("/card_updates", bad); status != http.StatusBadRequest || strings.Contains(text, "4242") {
			t.Errorf("%s: %d %s", bad, status, text)
		}
	}
}
