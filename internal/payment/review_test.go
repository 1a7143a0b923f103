package payment_test

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// A person decides what no processor could say, once, and only that.
func TestAPersonDecides(t *testing.T) {
	t.Parallel()
	late := start.Add(80 * time.Hour)
	for name, c := range map[string]struct {
		capture  payment.CaptureMode
		verdict  payment.Verdict
		want     payment.State
		captured int64
	}{
		"it was charged":       {payment.Manual, payment.WasDone, payment.Authorized, 0},
		"charged and captured": {payment.Automatic, payment.WasDone, payment.Captured, 4900},
		"it was not":           {payment.Manual, payment.WasNotDone, payment.Failed, 0},
	} {
		p := opened()
		p.WaitUntil, p.Terms.Capture = start.Add(time.Hour), c.capture
		if _, _, err := payment.Decide("", c.verdict, late)(p); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("%s: decided while it is %s: %v", name, p.State, err)
		}
		p.State, p.CheckAt = payment.ManualReview, late.Add(time.Hour)
		after, events, err := payment.Decide("", c.verdict, late)(p)
		if err != nil || after.State != c.want || after.Captured != c.captured || len(events) != 1 || !after.CheckAt.IsZero() || after.Sequence != p.Sequence+1 {
			t.Errorf("%s: %s with %d captured, %v, %v", name, after.State, after.Captured, types(events), err)
		}
	}
	refund := payment.Modification{ID: "mod_1", Kind: processor.Refund, Amount: 100, State: payment.ReviewRequired, Reference: "ref_2", CheckAt: late, CreatedAt: start}
	for verdict, want := range map[payment.Verdict]int64{payment.WasDone: 100, payment.WasNotDone: 0} {
		p := opened()
		p.State, p.Captured, p.Modifications = payment.Captured, 4900, []payment.Modification{refund}
		after, events, err := payment.Decide("mod_1", verdict, late)(p)
		if err != nil || after.Refunded != want || len(events) != 1 || !after.CheckAt.IsZero() {
			t.Errorf("refund %s: %d, %v, %v", verdict, after.Refunded, types(events), err)
		}
		if _, _, err := payment.Decide("mod_1", verdict, late)(after); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("decided twice: %v", err)
		}
		if _, _, err := payment.Decide("mod_2", verdict, late)(p); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("an unknown modification: %v", err)
		}
	}
}
