package rescue_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

var midday = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// at is an order in a state.
func at(state rescue.State, change ...func(*rescue.Order)) rescue.Order {
	o := rescue.Order{
		ID: "o", Merchant: "m", State: state, Kind: rescue.CIT, Source: rescue.Website, Amount: money.Amount{Minor: 4900, Currency: "USD"},
		Sequence: 3, CreatedAt: midday, Rest: rescue.Rest{Token: id.NewToken(), Limits: rescue.SchemeLimits},
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

func paidBy(name string) func(*rescue.Order) { return func(o *rescue.Order) { o.Payment = name } }

func merchants(o *rescue.Order) { o.Kind, o.ExpiresAt = rescue.MIT, midday.Add(72*time.Hour) }

// paid is a payment in a state.
func paid(state payment.State, sequence int) payment.Payment {
	p := payment.Payment{ID: "p", State: state, Sequence: sequence, Amount: money.Amount{Minor: 4900, Currency: "USD"}}
	switch state {
	case payment.Captured:
		p.Captured = 4900
	case payment.PartiallyRefunded:
		p.Captured, p.Refunded = 4900, 100
	}
	return p
}

// tried is a card that was tried so often within the last hours.
func tried(n int) rescue.Tried {
	var card rescue.Tried
	for i := range n {
		card.At = append(card.At, midday.Add(-time.Duration(n-i)*time.Hour))
	}
	return card
}

func decided(a rescue.Action) *rescue.Decision {
	return &rescue.Decision{Action: a, Rule: "why", Facts: rescue.Facts{Class: rescue.Soft, Reason: rescue.DoNotHonor}}
}

func TestStepsOfAnOrder(t *testing.T) {
	t.Parallel()
	challenged := func(o *rescue.Order) { o.ExpiresAt, o.Told = midday.Add(15*time.Minute), rescue.StatusChallenge }
	told := func(s rescue.Status) func(*rescue.Order) { return func(o *rescue.Order) { o.Told = s } }
	seen := func(n int) func(*rescue.Order) { return func(o *rescue.Order) { o.Seen = n } }
	agreed := func(o *rescue.Order) { o.Consent, o.Told = &rescue.Consent{Agreed: true}, rescue.StatusChallenge }
	for _, c := range []struct {
		name  string
		from  rescue.Order
		card  rescue.Tried
		step  rescue.Step
		to    rescue.State // empty when nothing changes
		kinds []event.Type
	}{
		{"begins", at(rescue.Charging), tried(0), rescue.Begin("p", midday), rescue.Charging, nil},
		{"begins again after a crash", at(rescue.Charging, paidBy("p")), tried(15), rescue.Begin("p", midday), rescue.Charging, nil},
		{"begins while another is under way", at(rescue.Charging, paidBy("q")), tried(0), rescue.Begin("p", midday), "", nil},
		{"begins what is declined", at(rescue.Declined), tried(0), rescue.Begin("p", midday), "", nil},
		{"begins with a card that was refused for good", at(rescue.Charging), rescue.Tried{Dead: true}, rescue.Begin("p", midday), rescue.Declined, []event.Type{event.OrderDeclined}},
		{"begins without limits", at(rescue.Charging, func(o *rescue.Order) { o.Limits = rescue.Limits{PerDay: 99, PerMonth: 99} }), tried(50), rescue.Begin("p", midday), rescue.Charging, nil},
		{"begins a tenth time within a day", at(rescue.Charging), tried(9), rescue.Begin("p", midday), rescue.Declined, []event.Type{event.OrderDeclined}},
		{"begins a tenth time within a day, and nobody waits", at(rescue.Scheduled, merchants, told(rescue.StatusSubmitted)), tried(9), rescue.Begin("p", midday), rescue.Scheduled, nil},

		{"approved", at(rescue.Charging, paidBy("p")), tried(0), rescue.Settled(paid(payment.Captured, 2), nil, midday), rescue.Charging, []event.Type{event.OrderCompleted}},
		{"approved, to be captured", at(rescue.Charging, paidBy("p")), tried(0), rescue.Settled(paid(payment.Authorized, 2), nil, midday), rescue.Charging, []event.Type{event.OrderCaptureRequired}},
		{"captured", at(rescue.Charging, paidBy("p"), told(rescue.StatusCaptureRequired), seen(2)), tried(0), rescue.Settled(paid(payment.Captured, 3), nil, midday), rescue.Charging, []event.Type{event.OrderCompleted}},
		{"an older word", at(rescue.Charging, paidBy("p"), told(rescue.StatusApproved), seen(3)), tried(0), rescue.Settled(paid(payment.Authorized, 2), nil, midday), "", nil},
		{"a word of another payment", at(rescue.Charging, paidBy("q")), tried(0), rescue.Settled(paid(payment.Captured, 2), nil, midday), "", nil},
		{"a part is refunded", at(rescue.Charging, paidBy("p"), told(rescue.StatusApproved), seen(3)), tried(0), rescue.Settled(paid(payment.PartiallyRefunded, 4), nil, midday), rescue.Charging, []event.Type{event.OrderRefunded}},
		{"all is refunded", at(rescue.Charging, paidBy("p"), told(rescue.StatusApproved), seen(3)), tried(0), rescue.Settled(paid(payment.Refunded, 4), nil, midday), rescue.Charging, []event.Type{event.OrderRefunded}},
		{"voided", at(rescue.Charging, paidBy("p"), told(rescue.StatusCaptureRequired), seen(3)), tried(0), rescue.Settled(paid(payment.Voided, 4), nil, midday), rescue.Charging, []event.Type{event.OrderCancelled}},
		{"nobody knows", at(rescue.Charging, paidBy("p")), tried(0), rescue.Settled(paid(payment.Unknown, 2), nil, midday), rescue.Charging, nil},
		{"the issuer asks", at(rescue.Charging, paidBy("p")), tried(0), rescue.Settled(paid(payment.RequiresAction, 2), nil, midday), rescue.Charging, []event.Type{event.ChallengePresented}},
		{"declined", at(rescue.Charging, paidBy("p")), tried(0), rescue.Settled(paid(payment.Declined, 2), decided(rescue.Decline), midday), rescue.Declined, []event.Type{event.OrderDeclined}},
		{"declined, and nothing decided", at(rescue.Charging, paidBy("p")), tried(0), rescue.Settled(paid(payment.Declined, 2), nil, midday), "", nil},
		{"declined, and later", at(rescue.Charging, paidBy("p"), merchants, told(rescue.StatusSubmitted)), tried(1), rescue.Settled(paid(payment.Declined, 2), decided(rescue.Schedule), midday), rescue.Scheduled, nil},
		{"declined, and asked", at(rescue.Charging, paidBy("p")), tried(0), rescue.Settled(paid(payment.Declined, 2), decided(rescue.Confirm), midday), rescue.Challenged, []event.Type{event.ChallengePresented}},
		{"agreed and approved", at(rescue.Charging, paidBy("p"), agreed), tried(0), rescue.Settled(paid(payment.Captured, 2), nil, midday), rescue.Charging, []event.Type{event.ChallengePassed, event.OrderCompleted}},
		{"agreed and declined", at(rescue.Charging, paidBy("p"), agreed), tried(0), rescue.Settled(paid(payment.Declined, 2), decided(rescue.Decline), midday), rescue.Declined, []event.Type{event.ChallengeFailed, event.OrderDeclined}},
		{"reversed", at(rescue.Charging, paidBy("p")), tried(0), rescue.Settled(paid(payment.Reversed, 2), nil, midday), rescue.Charging, []event.Type{event.OrderCancelled}},

		{"yes", at(rescue.Challenged, challenged), tried(0), rescue.Answered(rescue.Consent{Agreed: true}, midday), rescue.Charging, []event.Type{event.ChallengeAttempted}},
		{"no", at(rescue.Challenged, challenged), tried(0), rescue.Answered(rescue.Consent{}, midday), rescue.Cancelled, []event.Type{event.ChallengeFailed, event.OrderCancelled}},
		{"yes, too late", at(rescue.Challenged, challenged), tried(0), rescue.Answered(rescue.Consent{Agreed: true}, midday.Add(15*time.Minute)), rescue.Expired, []event.Type{event.ChallengeFailed, event.OrderExpired}},
		{"yes, twice", at(rescue.Charging, agreed), tried(0), rescue.Answered(rescue.Consent{Agreed: true}, midday), "", nil},
		{"yes to what nobody asked", at(rescue.Declined), tried(0), rescue.Answered(rescue.Consent{Agreed: true}, midday), "", nil},

		{"late", at(rescue.Challenged, challenged), tried(0), rescue.Late(midday.Add(15 * time.Minute)), rescue.Expired, []event.Type{event.ChallengeFailed, event.OrderExpired}},
		{"not late yet", at(rescue.Challenged, challenged), tried(0), rescue.Late(midday.Add(14 * time.Minute)), "", nil},
		{"late, and nobody waits", at(rescue.Scheduled, merchants, told(rescue.StatusSubmitted)), tried(0), rescue.Late(midday.Add(72 * time.Hour)), rescue.Expired, []event.Type{event.OrderExpired}},
		{"late, and approved", at(rescue.Charging, paidBy("p"), told(rescue.StatusApproved)), tried(0), rescue.Late(midday.Add(time.Hour)), "", nil},
		{"interrupted", at(rescue.Charging, paidBy("p")), tried(0), rescue.Interrupted("p", midday), rescue.Declined, []event.Type{event.OrderDeclined}},
		{"interrupted, and another goes on", at(rescue.Charging, paidBy("q")), tried(0), rescue.Interrupted("p", midday), "", nil},
		{"taken back", at(rescue.Scheduled, merchants, told(rescue.StatusSubmitted)), tried(0), rescue.Cancel("", midday), rescue.Cancelled, []event.Type{event.OrderCancelled}},
		{"taken back, and charged meanwhile", at(rescue.Charging, paidBy("p"), merchants), tried(0), rescue.Cancel("", midday), "", nil},
	} {
		after, events, err := c.step(c.from, c.card)
		if c.to == "" {
			if !errors.Is(err, rescue.ErrSame) {
				t.Errorf("%s: becomes %s, %v", c.name, after.State, err)
			}
			continue
		}
		var kinds []event.Type
		for _, e := range events {
			kinds = append(kinds, e.Type)
		}
		if err != nil || after.State != c.to || !slices.Equal(kinds, c.kinds) || after.Sequence != c.from.Sequence+1 {
			t.Errorf("%s: becomes %s and tells %v, %v; want %s and %v", c.name, after.State, kinds, err, c.to, c.kinds)
		}
		if after.State == rescue.Scheduled && (!after.NextAt.After(midday) || after.Payment != c.from.Payment) {
			t.Errorf("%s: next at %s", c.name, after.NextAt)
		}
	}
}

// A trial says nothing to anybody.
func TestATrialIsSilent(t *testing.T) {
	t.Parallel()
	_, events, err := rescue.Interrupted("p", midday)(at(rescue.Charging, paidBy("p"), func(o *rescue.Order) { o.Trial = true }), rescue.Tried{})
	if err != nil || len(events) != 0 {
		t.Errorf("%v %v", events, err)
	}
}
