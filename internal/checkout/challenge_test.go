package checkout_test

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// challenged is a session whose shopper is at the issuer's page.
func challenged(h *house) string {
	h.Helper()
	session := h.session()
	h.says.authorize = says(processor.Challenge)
	v, err := h.pay(session)
	h.must(err)
	if v.Latest.State != payment.RequiresAction || v.Latest.ChallengeURL == "" {
		h.Fatalf("%+v", v.Latest)
	}
	h.says.authorize = nil
	return session
}

func (h *house) answers(state processor.State) func(string) (processor.Outcome, error) {
	return func(string) (processor.Outcome, error) { return echo(h.says.asked[0], state), nil }
}

func TestTheIssuersWordCounts(t *testing.T) {
	t.Parallel()
	for state, want := range map[processor.State]payment.State{processor.Approved: payment.Authorized, processor.Declined: payment.Declined, processor.Challenge: payment.RequiresAction} {
		h := open(t)
		session := challenged(h)
		h.says.lookup = h.answers(state)
		key := h.view(session).Latest.ReturnKey
		if _, err := h.Returned(t.Context(), session, "another key"); fault.CodeOf(err) != fault.Gone {
			t.Errorf("another key: %v", err)
		}
		v, err := h.Returned(t.Context(), session, key)
		h.must(err)
		if v.Latest.State != want {
			t.Errorf("the issuer said %s and the payment is %s", state, v.Latest.State)
		}
		// The way back is good once, and nobody is asked again.
		h.says.lookup = h.answers(processor.Approved)
		if _, err := h.Returned(t.Context(), session, key); fault.CodeOf(err) != fault.Gone {
			t.Errorf("the same way back again: %v", err)
		}
		if again := h.view(session); again.Latest.State != want {
			t.Errorf("then it became %s", again.Latest.State)
		}
	}
}

func TestAChallengeThatIsLeftIsEndedFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := challenged(h)
	h.says.cancel = h.answers(processor.Declined)
	v, err := h.pay(session)
	h.must(err)
	if v.Latest.State != payment.Authorized || v.Attempts != 2 {
		t.Errorf("%s after %d attempts", v.Latest.State, v.Attempts)
	}
	if n := h.count(`SELECT count(*) FROM payments WHERE state = 'declined'`); n != 1 {
		t.Errorf("%d challenges were ended", n)
	}
}

// The shopper confirmed at the last moment, then left: that payment stands, and
// the other card is not charged.
func TestAChallengeThatWasApprovedMeanwhile(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := challenged(h)
	h.says.cancel = h.answers(processor.Approved)
	if _, err := h.pay(session); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("a second card beside an approved one: %v", err)
	}
	v, err := h.Show(t.Context(), session)
	h.must(err)
	if v.Status(h.now()) != checkout.Completed || len(h.says.asked) != 1 {
		t.Errorf("%s, the processor was asked %d times", v.Status(h.now()), len(h.says.asked))
	}
}

func TestAChallengeThatCannotBeEndedHoldsTheNextCardBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := challenged(h)
	if _, err := h.pay(session); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("another card while the first may yet be approved: %v", err)
	}
	if n := len(h.says.asked); n != 1 {
		t.Errorf("the processor was asked %d times", n)
	}
}

func TestAChallengeNobodyFinishesIsEnded(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := challenged(h)
	h.says.lookup = h.answers(processor.Challenge)
	h.says.cancel = func(string) (processor.Outcome, error) {
		t.Error("ended too early")
		return echo(h.says.asked[0], processor.Declined), nil
	}
	h.pass(payment.ChallengeLife)
	_, err := h.payments.Resolve(t.Context())
	h.must(err)
	h.says.cancel = h.answers(processor.Declined)
	h.pass(time.Minute)
	_, err = h.payments.Resolve(t.Context())
	h.must(err)
	v, err := h.Show(t.Context(), session)
	h.must(err)
	if v.Latest.State != payment.Declined || v.Status(h.now()) != checkout.Expired {
		t.Errorf("%s, %s", v.Latest.State, v.Status(h.now()))
	}
}
