// Package payment is one payment's life, from the durable intent to an outcome.
//
//	inflight ─▶ authorized                       inflight ─▶ requires_action ─▶ authorized | declined
//	   ├─▶ declined
//	   ├─▶ failed      provably nothing reached the processor
//	   └─▶ unknown ─ look up ─▶ authorized | declined | failed (two not-founds, apart in time)
//
// Every change is a Step: a pure function of the stored payment, made durable by
// the store in one transaction with its events and audit entry. The same step
// serves the first answer, recovery after a crash, and tests. Unknown is a state
// and not an error; a final state never goes back.
//
// Refused here: asking a processor to authorize the same reference twice, and
// guessing about money.
package payment

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

// State is where a payment stands.
type State string

// The states a payment can be in.
const (
	Inflight       State = "inflight"        // intent durable; the processor is being asked
	RequiresAction State = "requires_action" // the issuer wants to see the shopper
	Authorized     State = "authorized"
	Declined       State = "declined"
	Failed         State = "failed"
	Unknown        State = "unknown" // asked, no clear answer: to be looked up
)

// Final tells whether nothing more will happen by itself.
func (s State) Final() bool { return s == Authorized || s == Declined || s == Failed }

// Payment is one attempt to charge one card for one session.
type Payment struct {
	ID        string
	Merchant  string
	Session   string
	Site      string
	Sequence  int // grows with every step; what compare-and-swap compares
	State     State
	Amount    money.Amount
	Reference string // the merchant's own name for the order
	Metadata  map[string]string
	Card      card.Summary
	Token     id.Token // chosen before the card is kept; good only when Vaulted
	Vaulted   bool     // the token's card is durable

	Processor          string // which gateway was asked
	ProcessorReference string // random 128 bits, sent as reference and idempotency key
	ProcessorID        string
	DeclineCode        processor.DeclineCode
	NetworkCode        string
	ApprovalCode       string
	AVS                string
	CVVResult          string
	ChallengeURL       string

	CheckAt    time.Time // when the processor is to be asked what became of it; zero when final
	Checks     int       // how often it was asked
	NotFoundAt time.Time // when the processor first said it never heard of it
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Step is one change of a payment: from the stored payment to the payment after
// it and what is announced. It must be pure; the store may run it more than once.
type Step func(Payment) (Payment, []event.Event, error)

// Store keeps payments.
type Store interface {
	// Advance applies a step to a merchant's payment in one transaction with its
	// events, the jobs that deliver them, and an audit entry.
	Advance(ctx context.Context, merchant, payment, actor string, step Step) (Payment, error)
	// FindPayment gives a merchant's payment, or fault.NotFound.
	FindPayment(ctx context.Context, merchant, payment string) (Payment, error)
	// DuePayments gives up to limit payments of all merchants whose CheckAt has come.
	DuePayments(ctx context.Context, now time.Time, limit int) ([]Payment, error)
}

// Payload is the payment as events and the API show it.
func (p Payment) Payload() event.Payment {
	out := event.Payment{
		ID: p.ID, Status: p.Status(), Amount: p.Amount.Minor, Currency: p.Amount.Currency,
		Session: p.Session, Site: p.Site, Reference: p.Reference, Metadata: p.Metadata,
		Card: event.NewCard(p.Card), Sequence: p.Sequence,
		Processor: event.Processor{
			Name: p.Processor, ID: p.ProcessorID, NetworkCode: p.NetworkCode,
			ApprovalCode: p.ApprovalCode, AVS: p.AVS, CVV: p.CVVResult,
		},
		CreatedAt: p.CreatedAt.UTC(), UpdatedAt: p.UpdatedAt.UTC(),
	}
	if out.Metadata == nil {
		out.Metadata = map[string]string{}
	}
	if p.Vaulted {
		token := p.Token.String()
		out.Token = &token
	}
	if p.State == Declined {
		advice := AdviceFor(p.DeclineCode)
		out.Decline = &event.Decline{Code: string(p.DeclineCode), Advice: string(advice.Kind), Message: advice.Message}
	}
	return out
}

// Status is the state in the words of the API: a merchant or shopper need not
// tell inflight from unknown, both are processing.
func (p Payment) Status() string {
	if p.State == Inflight || p.State == Unknown {
		return "processing"
	}
	return string(p.State)
}
