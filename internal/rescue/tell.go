package rescue

import (
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/payment"
)

// moved ends a step: what there is to tell is told, once. p is the order's payment, nil
// when the step knows nothing of it.
func (o Order) moved(p *payment.Payment, now time.Time) (Order, []event.Event, error) {
	o.Sequence++
	o.UpdatedAt = now
	v := View{Order: o, Paid: p}
	is := v.Status()
	kinds := v.tidings(o.Told)
	if p != nil && p.Refunded > o.Refunded {
		if is != StatusReturned {
			kinds = append(kinds, event.OrderRefunded)
		}
		o.Refunded = p.Refunded
	}
	if is != StatusProcessing {
		o.Told = is
	}
	v.Order = o
	var events []event.Event
	for _, kind := range kinds {
		events = append(events, event.New(kind, o.Merchant, o.ID, o.Sequence, now, v.Payload()))
	}
	return o, events, nil
}

// announcement is the event that tells of a status.
var announcement = map[Status]event.Type{
	StatusApproved:        event.OrderCompleted,
	StatusCaptureRequired: event.OrderCaptureRequired,
	StatusDeclined:        event.OrderDeclined,
	StatusChallenge:       event.ChallengePresented,
	StatusSubmitted:       event.OrderSubmitted,
	StatusExpired:         event.OrderExpired,
	StatusCancelled:       event.OrderCancelled,
	StatusReturned:        event.OrderRefunded,
}

// tidings are the events that tell of the order's status, when told was the last of which
// anybody heard.
func (v View) tidings(told Status) []event.Type {
	is := v.Status()
	kind, ok := announcement[is]
	if !ok || is == told || v.Trial {
		return nil
	}
	asked := v.Consent != nil || told == StatusChallenge
	switch {
	case !asked || told == StatusApproved || told == StatusCaptureRequired:
	case is == StatusApproved || is == StatusCaptureRequired:
		return []event.Type{event.ChallengePassed, kind}
	case is == StatusDeclined || is == StatusCancelled || is == StatusExpired:
		return []event.Type{event.ChallengeFailed, kind}
	}
	return []event.Type{kind}
}

// opened is a new order, and what there is to tell of it.
func (o Order) opened() (Order, []event.Event) {
	o.Sequence = 0
	o, events, _ := o.moved(nil, o.CreatedAt)
	return o, events
}

// Confirmation is what an approval is known by; empty before there is one.
func (v View) Confirmation() string {
	if v.Paid == nil || !v.Paid.State.Paid() {
		return ""
	}
	return v.Paid.ID
}

// Payload is the order as events show it.
func (v View) Payload() event.Order {
	out := event.Order{
		ID: v.ID, Reference: v.Reference, Status: string(v.Status()), Kind: string(v.Kind), Source: string(v.Source),
		Amount: v.Amount.Minor, Currency: v.Amount.Currency, Site: v.Site, Reason: v.Reason, Test: v.Test, Sequence: v.Sequence,
		CreatedAt: v.CreatedAt.UTC(), UpdatedAt: v.UpdatedAt.UTC(),
	}
	if v.Payment != "" {
		out.Payment = &v.Payment
	}
	if !v.Token.IsZero() {
		token := v.Token.String()
		out.Token = &token
	}
	if confirmation := v.Confirmation(); confirmation != "" {
		out.Confirmation = &confirmation
	}
	if v.Paid != nil {
		out.Captured, out.Refunded = v.Paid.Captured, v.Paid.Refunded
	}
	if v.Status() == StatusChallenge {
		out.ChallengeURL = &v.Challenge
	}
	if !v.ExpiresAt.IsZero() {
		expires := v.ExpiresAt.UTC()
		out.ExpiresAt = &expires
	}
	return out
}
