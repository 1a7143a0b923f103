package page_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/language"
	"github.com/paywicket/paywicket/server/page"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// Every state of an order and of its payment is told in one of a few words, and nobody is
// told that they were not charged who may have been.
func TestWhereAQuestionStands(t *testing.T) {
	t.Parallel()
	unpaid := payment.State("")
	for _, c := range []struct {
		order  rescue.State
		paid   payment.State
		left   time.Duration
		status string
	}{
		{rescue.Challenged, unpaid, time.Minute, "asked"},
		{rescue.Challenged, unpaid, time.Millisecond, "asked"},
		{rescue.Challenged, unpaid, 0, "expired"},
		{rescue.Challenged, unpaid, -time.Hour, "expired"},
		{rescue.Challenged, payment.Declined, time.Minute, "asked"}, // by another processor, before
		{rescue.Expired, unpaid, 0, "expired"},
		{rescue.Cancelled, unpaid, 0, "cancelled"},
		{rescue.Cancelled, payment.Declined, 0, "cancelled"},
		{rescue.Declined, unpaid, 0, "declined"},
		{rescue.Declined, payment.Declined, 0, "declined"},
		{rescue.Scheduled, unpaid, time.Hour, "processing"},
		{rescue.Charging, unpaid, 0, "processing"},
		{rescue.Charging, payment.Inflight, 0, "processing"},
		{rescue.Charging, payment.Unknown, 0, "processing"},
		{rescue.Charging, payment.Declined, 0, "processing"}, // it is being decided about
		{rescue.Charging, payment.Failed, 0, "processing"},
		{rescue.Charging, payment.ManualReview, 0, "processing"},
		{rescue.Charging, payment.RequiresAction, 0, "challenge"},
		{rescue.Charging, payment.Authorized, 0, "approved"},
		{rescue.Charging, payment.Captured, 0, "approved"},
		{rescue.Charging, payment.PartiallyCaptured, 0, "approved"},
		{rescue.Charging, payment.PartiallyRefunded, 0, "approved"},
		{rescue.Charging, payment.Refunded, 0, "cancelled"},
		{rescue.Charging, payment.Voided, 0, "cancelled"},
		{rescue.Charging, payment.Reversing, 0, "cancelled"},
		{rescue.Charging, payment.Reversed, 0, "cancelled"},
	} {
		a := asked(c.order, c.paid)
		a.ExpiresAt = noon.Add(c.left)
		got := page.StatusOf(a, noon)
		if got != c.status {
			t.Errorf("%s with a payment %q: %s, want %s", c.order, c.paid, got, c.status)
		}
		if got == "asked" {
			continue
		}
		said := page.SayingOf(language.Language{}, a, got)
		if said.Title == "" || said.Text == "" || strings.Contains(said.Text, "not charged") && (got == "approved" || got == "processing" || got == "challenge") {
			t.Errorf("%s with a payment %q is told %+v", c.order, c.paid, said)
		}
		if money := c.paid == payment.Refunded || c.paid == payment.Voided || c.paid == payment.Reversing; money && !strings.Contains(said.Text, "given your money back") {
			t.Errorf("%s with a payment %q is told %+v", c.order, c.paid, said)
		}
	}
}

func asked(state rescue.State, paid payment.State) rescue.Asked {
	amount := money.Amount{Minor: 4900, Currency: "USD"}
	a := rescue.Asked{Merchant: merchant.Merchant{Name: "Shop"}}
	a.Order = rescue.Order{State: state, Amount: amount, Rest: rescue.Rest{Card: card.Summary{Brand: card.Visa, Last4: "1111"}}}
	if paid != "" {
		a.Paid = &payment.Payment{State: paid, Amount: amount}
	}
	return a
}

func TestTheTimeThatIsLeft(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]string{
		15 * time.Minute:              "You have 15 minutes to answer, until 12:15\u00a0UTC.",
		2*time.Minute - time.Second:   "You have 1 minute to answer, until 12:01\u00a0UTC.",
		59 * time.Second:              "You have less than a minute to answer, until 12:00\u00a0UTC.",
		12*time.Hour + 30*time.Second: "You have 720 minutes to answer, until 00:00\u00a0UTC.",
	} {
		if got := page.Deadline(language.Language{}, noon.Add(left).In(time.FixedZone("UTC+5", 5*3600)), noon); got != want {
			t.Errorf("%s: %q, want %q", left, got, want)
		}
	}
}
