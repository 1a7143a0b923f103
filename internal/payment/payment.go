// Package payment is one payment's life, from the durable intent to an outcome, and
// what the merchant does with it after.
//
//	inflight ─▶ authorized ─▶ captured ─▶ (partially) refunded     inflight ─▶ requires_action ─▶ authorized | declined
//	   ├─▶ declined            └─▶ voided
//	   ├─▶ failed      provably nothing reached the processor
//	   └─▶ unknown ─ look up ─▶ authorized | declined | failed (two not-founds, apart in time) | manual_review after 72 h
//	                 late approval nobody waits for ─▶ reversing ─ void or refund ─▶ reversed
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

// Payment is one charge of one card. More than one processor may have been tried
// for it, one after the other: those before the last are its Attempts.
type Payment struct {
	ID        string
	Merchant  string
	Session   string // empty when the merchant's server asked for it with a token
	Site      string
	Sequence  int // grows with every step; what compare-and-swap compares
	State     State
	Amount    money.Amount
	Reference string // the merchant's own name for the order
	Metadata  map[string]string
	Terms     Terms
	Card      card.Summary
	Token     id.Token // chosen before the card is kept; good only when Vaulted
	Vaulted   bool     // the token's card is durable

	Processor          string // which gateway was asked
	ProcessorReference string // random 128 bits, sent as reference and idempotency key
	ProcessorID        string
	DeclineCode        processor.DeclineCode
	NetworkCode        string
	ApprovalCode       string
	SchemeReference    string // the scheme's transaction id
	AVS                string
	CVVResult          string
	ChallengeURL       string
	Authentication     processor.Authentication
	ECI                string // of the authentication
	ReturnKey          string // lets the shopper come back from the issuer's page, once

	Capturable int64 // minor units that may still be captured
	Captured   int64
	Refunded   int64

	Attempts      []Attempt      // at processors before this one, oldest first
	Modifications []Modification // captures, voids and refunds, oldest first

	WaitUntil  time.Time // until when somebody waits for an approval
	ReadyAt    time.Time // when the merchant said that it knows the order; zero before
	CheckAt    time.Time // when the processor is to be asked what became of it; zero for never
	Checks     int       // how often it was asked
	NotFoundAt time.Time // when the processor first said it never heard of it, or a challenge was left open there
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Attempt is a processor that was asked, and whose answer let another be asked.
type Attempt struct {
	Processor   string                `json:"processor"`
	Reference   string                `json:"reference"`
	ProcessorID string                `json:"processor_id"`
	State       State                 `json:"state"` // declined or failed
	DeclineCode processor.DeclineCode `json:"decline_code"`
	NetworkCode string                `json:"network_code"`
	At          time.Time             `json:"at"`
}

// Step is one change of a payment: from the stored payment to the payment after
// it and what is announced. It must be pure; the store may run it more than once.
type Step func(Payment) (Payment, []event.Event, error)

// Store keeps payments.
type Store interface {
	// KeepPayment makes the intent of a payment without a session durable.
	KeepPayment(ctx context.Context, p Payment, actor string) error
	// Advance applies a step to a merchant's payment in one transaction with its
	// events, the jobs that deliver them, and an audit entry.
	Advance(ctx context.Context, merchant, payment, actor string, step Step) (Payment, error)
	// AdvanceFrom is Advance for who has the payment as it is. If it has taken a step
	// since, it is read again.
	AdvanceFrom(ctx context.Context, p Payment, actor string, step Step) (Payment, error)
	// FindPayment gives a merchant's payment, or fault.NotFound.
	FindPayment(ctx context.Context, merchant, payment string) (Payment, error)
	// ClaimDue gives up to limit payments of all merchants whose CheckAt has come, and
	// puts that off to until, so that no other server is given them meanwhile.
	ClaimDue(ctx context.Context, now, until time.Time, limit int) ([]Payment, error)
}

// Original names the payment's authorization to its processor.
func (p Payment) Original() processor.Original {
	return processor.Original{Reference: p.ProcessorReference, ProcessorID: p.ProcessorID, Amount: p.Amount, At: p.CreatedAt}
}

// Status is the state in the words of the API: a merchant or shopper need not
// tell inflight from unknown, both are processing.
func (p Payment) Status() string {
	if p.State == Inflight || p.State == Unknown {
		return "processing"
	}
	return string(p.State)
}
