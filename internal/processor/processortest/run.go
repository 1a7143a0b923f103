package processortest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
)

// crowd is how many shoppers pay at the same moment.
const crowd = 32

// settling is how long a processor may take until a look-up shows what it did.
const settling = 20 * time.Second

// Run tries a gateway. open makes a fixture of its own for each part; the parts run
// at the same time.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	for _, part := range []struct {
		name string
		try  func(*testing.T, Fixture)
	}{
		{"approve", approve},
		{"decline", decline},
		{"unknown reference", unknownReference},
		{"same reference twice", twice},
		{"challenge confirmed", challengeConfirmed},
		{"challenge refused", challengeRefused},
		{"challenge cancelled", challengeCancelled},
		{"cancel after the end", cancelAfterTheEnd},
		{"slow answer", slow},
		{"connection refused", refused},
		{"given up before", givenUp},
		{"crowd", many},
		{"captured", captured},
		{"voided", voided},
		{"refunded", refunded},
		{"unknown modification", unknownModification},
		{"validated", validated},
		{"agreed", agreed},
		{"in the list", inTheList},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.try(t, open(t))
		})
	}
}

func approve(t *testing.T, f Fixture) {
	ask := f.request(f.Approve)
	first := f.answered(t, ask, f.Approve)
	expect(t, first, processor.Approved)
	if first.ProcessorID == "" || first.DeclineCode != "" || first.ChallengeURL != "" {
		t.Errorf("an approval that says more or less than one: %+v", first)
	}
	later := f.looked(t, ask, f.Approve)
	echoes(t, ask, later)
	if later != first {
		t.Errorf("looked up, the outcome is %+v; it was %+v", later, first)
	}
	f.once(t, ask)

	stored, again := f.later(t, first)
	expect(t, f.answered(t, again, stored), processor.Approved)
}

func decline(t *testing.T, f Fixture) {
	for code, c := range f.Declines {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			ask := f.request(c)
			first := f.answered(t, ask, c)
			expect(t, first, processor.Declined)
			if first.DeclineCode != code || first.ApprovalCode != "" {
				t.Errorf("the outcome is %+v, want decline code %s and no approval", first, code)
			}
			if later := f.looked(t, ask, c); later != first {
				t.Errorf("looked up, the outcome is %+v; it was %+v", later, first)
			}
		})
	}
}

func unknownReference(t *testing.T, f Fixture) {
	expect(t, f.looked(t, f.request(f.Approve), f.Approve), processor.NotFound)
}

// A payment asks once. Should it ever ask again, the processor must not charge
// again: the reference is its idempotency key too.
func twice(t *testing.T, f Fixture) {
	if !f.Gateway.Abilities().Idempotent {
		t.Skip("this processor may do a reference twice")
	}
	ask := f.request(f.Approve)
	first := f.answered(t, ask, f.Approve)
	expect(t, first, processor.Approved)
	if second := f.answered(t, ask, f.Approve); second != first {
		t.Errorf("the second answer is %+v; the first was %+v", second, first)
	}
	f.once(t, ask)

	at := f.request(f.Approve)
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() { _, _ = f.authorize(t.Context(), t, at, f.Approve) })
	}
	asking.Wait()
	f.once(t, at)
}

func slow(t *testing.T, f Fixture) {
	if f.Slow == nil {
		t.Skip("this processor has no slow card")
	}
	ask := f.request(*f.Slow)
	ctx, cancel := context.WithTimeout(t.Context(), f.Patience)
	defer cancel()
	outcome, err := f.authorize(ctx, t, ask, *f.Slow)
	if err != nil {
		t.Fatalf("an answer that is late is not one that was never asked for: %v", err)
	}
	expect(t, outcome, processor.Unknown)
	if outcome.Detail == "" {
		t.Error("nothing says why the outcome is unknown")
	}
	// What was authorized may become visible late.
	for end := time.After(settling); ; {
		later := f.looked(t, ask, *f.Slow)
		if later.State == processor.Approved {
			echoes(t, ask, later)
			break
		}
		expect(t, later, processor.NotFound)
		select {
		case <-end:
			t.Fatal("the approval never came to light")
		case <-time.After(50 * time.Millisecond):
		}
	}
	f.once(t, ask)
}

func refused(t *testing.T, f Fixture) {
	if f.Refusing == nil {
		t.Skip("this gateway cannot be pointed elsewhere")
	}
	ask, nobody := f.request(f.Approve), f
	nobody.Gateway = f.Refusing(t)
	if outcome, err := nobody.authorize(t.Context(), t, ask, f.Approve); err == nil {
		t.Errorf("nobody listened, and the outcome is %+v; want an error", outcome)
	}
	if outcome, err := nobody.Gateway.Lookup(t.Context(), original(ask)); err == nil {
		t.Errorf("nobody listened, and the look-up says %+v; want an error", outcome)
	}
	if outcome, err := nobody.Gateway.CancelChallenge(t.Context(), original(ask)); err == nil {
		t.Errorf("nobody listened, and the cancellation says %+v; want an error", outcome)
	}
	expect(t, f.looked(t, ask, f.Approve), processor.NotFound)
	if n := f.Count(t, ask.Reference); n != 0 {
		t.Errorf("the processor has %d authorizations of what was never sent", n)
	}
}

func givenUp(t *testing.T, f Fixture) {
	ask := f.request(f.Approve)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if outcome, err := f.authorize(over, t, ask, f.Approve); err == nil {
		t.Errorf("the call was over before it began, and the outcome is %+v; want an error", outcome)
	}
	if _, err := f.Gateway.Lookup(over, original(ask)); !errors.Is(err, context.Canceled) {
		t.Errorf("a look-up that was given up says %v", err)
	}
	expect(t, f.looked(t, ask, f.Approve), processor.NotFound)
}

// Everyone gets the answer to what they asked, and to nothing else.
func many(t *testing.T, f Fixture) {
	var paying sync.WaitGroup
	ids := make([]string, crowd)
	for i := range crowd {
		paying.Go(func() {
			ask := f.request(f.Approve)
			ask.Amount.Minor += int64(i)
			outcome, err := f.authorize(t.Context(), t, ask, f.Approve)
			if err != nil || outcome.State != processor.Approved {
				t.Errorf("shopper %d: %+v, %v", i, outcome, err)
				return
			}
			echoes(t, ask, outcome)
			f.once(t, ask)
			ids[i] = outcome.ProcessorID
		})
	}
	paying.Wait()
	seen := map[string]bool{}
	for _, name := range ids {
		if seen[name] {
			t.Errorf("two authorizations are called %q", name)
		}
		seen[name] = true
	}
}
