package payment_test

import (
	"errors"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// Whatever is to be tried, a payment goes on only after an answer that lets it: nothing was
// sent, or a decline of exactly this payment that is not for good.
func TestWhatLetsAPaymentGoOn(t *testing.T) {
	t.Parallel()
	declined := func(code processor.DeclineCode) payment.Reply {
		reply := said(processor.Declined)
		reply.Outcome.DeclineCode = code
		return reply
	}
	other := declined(processor.DoNotHonor)
	other.Outcome.Reference = "ref_2"
	for name, c := range map[string]struct {
		reply payment.Reply
		goes  bool
	}{
		"nothing was sent":         {payment.Reply{Unsent: errors.New("no")}, true},
		"nobody knows":             {said(processor.Unknown), false},
		"approved":                 {said(processor.Approved), false},
		"the issuer asks":          {said(processor.Challenge), false},
		"another one was declined": {other, false},
	} {
		after, _, err := payment.Reroute(c.reply, "second", "ref_2", start.Add(time.Minute), start)(opened())
		if goes := err == nil; goes != c.goes || goes && (after.Processor != "second" || len(after.Attempts) != 1) {
			t.Errorf("%s: %v %+v", name, err, after)
		}
	}
	final := map[processor.DeclineCode]bool{
		processor.LostCard: true, processor.StolenCard: true, processor.PickUpCard: true, processor.InvalidAccount: true, processor.NotPermitted: true, processor.ExpiredCard: true,
	}
	for _, code := range processor.DeclineCodes {
		_, _, err := payment.Reroute(declined(code), "second", "ref_2", start.Add(time.Minute), start)(opened())
		if goes := err == nil; goes == final[code] {
			t.Errorf("%s: %v", code, err)
		}
	}
}
