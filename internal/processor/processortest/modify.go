package processortest

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

// approved asks for the card that is approved, to be captured later.
func (f Fixture) approved(t *testing.T, capture bool) (processor.Request, processor.Outcome) {
	t.Helper()
	ask := f.request(f.Approve)
	ask.Capture = capture
	asked := f.answered(t, ask, f.Approve)
	expect(t, asked, processor.Approved)
	return ask, asked
}

// modification makes one of an authorization, under a fresh reference.
func modification(kind processor.ModificationKind, ask processor.Request, asked processor.Outcome, minor int64) processor.Modification {
	return processor.Modification{
		Kind: kind, Reference: id.Random(), Amount: money.Amount{Minor: minor, Currency: ask.Amount.Currency},
		Original: processor.Original{Reference: ask.Reference, ProcessorID: asked.ProcessorID, Amount: ask.Amount, At: time.Now()},
	}
}

// modified asks for a modification twice and looks it up, where the same must be said
// each time and done once.
func (f Fixture) modified(t *testing.T, m processor.Modification, want processor.State) {
	t.Helper()
	first, err := f.Gateway.Modify(t.Context(), m)
	if err != nil {
		t.Fatalf("%s: %v", m.Kind, err)
	}
	expect(t, first, want)
	if first.Reference != m.Reference || first.Amount != m.Amount || (want == processor.Declined) != (first.DeclineCode != "") {
		t.Errorf("%s of %s under %s is answered %+v", m.Kind, m.Amount, m.Reference, first)
	}
	looked, err := f.Gateway.LookupModification(t.Context(), m)
	if err == nil && looked.State == processor.Unknown && !f.Gateway.Abilities().LookupModification {
		return // it does not claim what it cannot tell
	}
	// One that was refused may have left nothing to find.
	if err != nil || looked != first && !(want == processor.Declined && looked.State == processor.NotFound) {
		t.Errorf("looked up, the %s is %+v, %v; it was %+v", m.Kind, looked, err, first)
	}
	if !f.Gateway.Abilities().Idempotent {
		return
	}
	if again, err := f.Gateway.Modify(t.Context(), m); err != nil || again != first {
		t.Errorf("asked again, the %s is %+v, %v; it was %+v", m.Kind, again, err, first)
	}
}

// standing checks what an authorization has become.
func (f Fixture) standing(t *testing.T, ask processor.Request, captured, refunded int64, voided bool) {
	t.Helper()
	o := f.looked(t, ask, f.Approve)
	expect(t, o, processor.Approved)
	if !f.Gateway.Abilities().LookupModification {
		refunded = o.Refunded // it does not say
	}
	if o.Captured != captured || o.Refunded != refunded || o.Voided != voided {
		t.Errorf("captured %d, refunded %d, voided %t; want %d, %d, %t", o.Captured, o.Refunded, o.Voided, captured, refunded, voided)
	}
}

func captured(t *testing.T, f Fixture) {
	can := f.Gateway.Abilities()
	ask, _ := f.approved(t, true)
	var asked processor.Outcome
	f.standing(t, ask, ask.Amount.Minor, 0, false)
	if can.ManualCapture {
		ask, asked = f.approved(t, false)
		f.standing(t, ask, 0, 0, false)
		f.modified(t, modification(processor.Capture, ask, asked, ask.Amount.Minor), processor.Approved)
		f.standing(t, ask, ask.Amount.Minor, 0, false)
		f.modified(t, modification(processor.Capture, ask, asked, 1), processor.Declined)
	}
	if can.ManualCapture && can.PartialCapture {
		ask, asked = f.approved(t, false)
		m := modification(processor.Capture, ask, asked, 100)
		m.Final = true
		f.modified(t, m, processor.Approved)
		f.standing(t, ask, 100, 0, true)
	}
	if can.MultipleCaptures {
		ask, asked = f.approved(t, false)
		f.modified(t, modification(processor.Capture, ask, asked, 100), processor.Approved)
		f.modified(t, modification(processor.Capture, ask, asked, 200), processor.Approved)
		f.standing(t, ask, 300, 0, false)
		f.modified(t, modification(processor.Void, ask, asked, ask.Amount.Minor-300), processor.Approved)
		f.standing(t, ask, 300, 0, true)
	}
}

func voided(t *testing.T, f Fixture) {
	if !f.Gateway.Abilities().Void {
		t.Skip("this processor has no void")
	}
	ask, asked := f.approved(t, false)
	f.modified(t, modification(processor.Void, ask, asked, ask.Amount.Minor), processor.Approved)
	f.standing(t, ask, 0, 0, true)
	f.modified(t, modification(processor.Capture, ask, asked, ask.Amount.Minor), processor.Declined)
	// Voided is what was asked for, whoever did it.
	f.modified(t, modification(processor.Void, ask, asked, ask.Amount.Minor), processor.Approved)
}

func refunded(t *testing.T, f Fixture) {
	can := f.Gateway.Abilities()
	if !can.Refund {
		t.Skip("this processor has no refund")
	}
	ask, asked := f.approved(t, true)
	if can.PartialRefund {
		f.modified(t, modification(processor.Refund, ask, asked, 100), processor.Approved)
		f.standing(t, ask, ask.Amount.Minor, 100, false)
		f.modified(t, modification(processor.Refund, ask, asked, ask.Amount.Minor), processor.Declined)
		f.modified(t, modification(processor.Refund, ask, asked, ask.Amount.Minor-100), processor.Approved)
	} else {
		f.modified(t, modification(processor.Refund, ask, asked, ask.Amount.Minor), processor.Approved)
	}
	f.standing(t, ask, ask.Amount.Minor, ask.Amount.Minor, false)
	f.modified(t, modification(processor.Refund, ask, asked, 1), processor.Declined)
}

func unknownModification(t *testing.T, f Fixture) {
	ask, asked := f.approved(t, false)
	m := modification(processor.Capture, ask, asked, ask.Amount.Minor)
	o, err := f.Gateway.LookupModification(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if o.State == processor.Unknown && !f.Gateway.Abilities().LookupModification {
		return
	}
	expect(t, o, processor.NotFound)
}

func validated(t *testing.T, f Fixture) {
	if !f.Gateway.Abilities().ZeroAmount {
		t.Skip("this processor does not validate cards")
	}
	ask := f.request(f.Approve)
	ask.Amount.Minor = 0
	o := f.answered(t, ask, f.Approve)
	expect(t, o, processor.Approved)
	if o.CVVResult != "M" || o.AVS == "" || o.Captured != 0 {
		t.Errorf("the validation says %+v", o)
	}
	f.once(t, ask)
}

// agreed is a first payment with the shopper there, and one without, under its
// agreement.
func agreed(t *testing.T, f Fixture) {
	if !f.Gateway.Abilities().MerchantInitiated {
		t.Skip("this processor has no payments without the shopper")
	}
	ask := f.request(f.Approve)
	ask.Recurring = true
	first := f.answered(t, ask, f.Approve)
	stored, later := f.later(t, first)
	if first.SchemeReference == "" && later.StoredAs == "" {
		t.Fatalf("nothing names the first payment: %+v", first)
	}
	later.Initiator, later.Recurring, later.SchemeReference = processor.Merchant, true, first.SchemeReference
	expect(t, f.answered(t, later, stored), processor.Approved)
}

func inTheList(t *testing.T, f Fixture) {
	if !f.Gateway.Abilities().List {
		t.Skip("this processor has no list")
	}
	want := map[string]processor.Request{}
	for range 3 {
		ask, _ := f.approved(t, false)
		want[ask.Reference] = ask
	}
	now := time.Now()
	if f.Now != nil {
		now = f.Now()
	}
	err := f.Gateway.List(t.Context(), now.Add(-time.Hour), now.Add(time.Hour), func(l processor.Listed) error {
		if ask, ok := want[l.Reference]; ok {
			echoes(t, ask, l.Outcome)
			expect(t, l.Outcome, processor.Approved)
			delete(want, l.Reference)
		}
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("%d authorizations are not in the list, %v", len(want), err)
	}
	if err := f.Gateway.List(t.Context(), now.Add(-2*time.Hour), now.Add(-time.Hour), func(l processor.Listed) error {
		t.Errorf("%s is in the list of another hour", l.Reference)
		return nil
	}); err != nil {
		t.Error(err)
	}
}
