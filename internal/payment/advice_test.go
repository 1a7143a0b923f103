package payment_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// Every decline has words for the shopper, and none of them tells whoever holds a
// lost or stolen card what the bank knows.
func TestAdvice(t *testing.T) {
	t.Parallel()
	plain := payment.AdviceFor(processor.GenericDecline)
	for _, code := range processor.DeclineCodes {
		a := payment.AdviceFor(code)
		if a.Kind == "" || !strings.HasSuffix(a.Message, ".") || strings.Contains(a.Message, "_") {
			t.Errorf("%s: %+v", code, a)
		}
	}
	for _, code := range []processor.DeclineCode{processor.LostCard, processor.StolenCard, processor.PickUpCard, processor.SuspectedFraud, "a code of tomorrow"} {
		if a := payment.AdviceFor(code); a != plain {
			t.Errorf("%s: the shopper is told %q", code, a.Message)
		}
	}
}
