package flutterwave

import (
	"encoding/json"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

func TestResponses(t *testing.T) {
	t.Parallel()
	for state, want := range map[payment.State]string{
		payment.Captured: "APPROVED", payment.Voided: "APPROVED", payment.Inflight: "Pending validation", payment.RequiresAction: "Pending validation",
		payment.Reversing: "Pending validation", payment.Failed: "Declined",
	} {
		if got := responseOf(&payment.Payment{State: state}); got != want {
			t.Errorf("%s is %q, want %q", state, got, want)
		}
	}
	if got := responseOf(nil); got != "Pending validation" {
		t.Errorf("no payment is %q", got)
	}
	told := map[string]bool{}
	for _, code := range []processor.DeclineCode{processor.InsufficientFunds, processor.DoNotHonor, processor.SuspectedFraud, processor.NotPermitted, processor.GenericDecline} {
		told[responseOf(&payment.Payment{State: payment.Declined, DeclineCode: code})] = true
	}
	for _, want := range []string{"Insufficient Funds", "Do Not Honour", "Fraudulent", "Invalid Transaction", "Declined"} {
		if !told[want] {
			t.Errorf("no decline is %q: %v", want, told)
		}
	}
}

func TestNumbersOfMajorUnits(t *testing.T) {
	t.Parallel()
	for want, c := range map[json.Number]struct {
		minor    int64
		currency string
	}{
		"300": {30000, "NGN"}, "4.2": {420, "USD"}, "4.35": {435, "USD"}, "0.05": {5, "USD"}, "0": {0, "USD"}, "1200": {1200, "JPY"}, "1.234": {1234, "KWD"}, "10": {1000, "USD"},
	} {
		if got := number(c.minor, c.currency); got != want {
			t.Errorf("%d of %s is %s, want %s", c.minor, c.currency, got, want)
		}
	}
}

func TestReferencesAreReversible(t *testing.T) {
	t.Parallel()
	for range 100 {
		name := id.New(id.Payment)
		if back, err := paymentOf(ownReference(name)); err != nil || back != name {
			t.Fatalf("%s became %s, %v", name, back, err)
		}
	}
	for _, bad := range []string{"", "FLW", "FLW1", "flw" + id.New(id.Payment)[4:], id.New(id.Payment)} {
		if name, err := paymentOf(bad); err == nil {
			t.Errorf("%q is %s", bad, name)
		}
	}
}
