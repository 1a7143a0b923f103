// Package processor is the contract between a payment and whoever authorizes it.
//
// A Gateway is asked once to authorize a reference, with the card. If the answer
// was lost it is asked what became of that reference, as often as it takes. It is
// never asked to authorize the same reference again: after a crash the CVV is
// gone, so recovery only looks up and cannot charge twice.
//
// A decline is an Outcome, not an error. An error means that nothing was sent.
// Anything after the first byte that is not a clear answer is Unknown.
package processor

import (
	"context"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
)

// Instrument is the card to charge: fresh from a shopper with its CVV, or
// borrowed from the vault without one. The gateway borrows it and wipes every
// copy it makes.
type Instrument = pan.Card

// Request is one authorization to ask for.
type Request struct {
	Reference  string       // random 128 bits; sent both as reference and as idempotency key
	Amount     money.Amount // minor units
	Descriptor string       // what the shopper's statement will say
	ReturnURL  string       // where the issuer's page sends the shopper after a challenge
}

// State is what a processor's answer means.
type State string

// What an answer can mean.
const (
	Approved  State = "approved"
	Declined  State = "declined"
	Challenge State = "challenge" // the issuer wants to see the shopper first (3-D Secure)
	Unknown   State = "unknown"   // asked, and no clear answer: look it up later
	NotFound  State = "not_found" // look-up only: the processor has never heard of the reference
)

// Outcome is a processor's answer.
type Outcome struct {
	State        State
	ProcessorID  string       // the processor's own name for the authorization
	Reference    string       // echoed by the processor; checked against the request
	Amount       money.Amount // echoed by the processor; checked against the request
	DeclineCode  DeclineCode  // when Declined
	NetworkCode  string       // the scheme's two-character response code (ISO 8583, data element 39)
	ApprovalCode string       // the issuer's six characters, when Approved
	AVS          string       // address check result, one letter, or empty
	CVVResult    string       // CVV check result, one letter, or empty
	ChallengeURL string       // the issuer's page, when Challenge
	Detail       string       // for the log: why an answer is Unknown; never card data
}

// Gateway is one processor account. Implementations are safe for concurrent use
// and bound every call by ctx.
type Gateway interface {
	// Name is the processor's short name, such as "sandbox".
	Name() string
	// ChallengeOrigins lists the origins of issuer pages that a checkout must be
	// allowed to frame.
	ChallengeOrigins() []string
	// Authorize asks once. An error means that provably nothing was sent.
	Authorize(ctx context.Context, req Request, card Instrument) (Outcome, error)
	// Lookup asks what became of a reference. An error means that no answer came
	// and it should be asked again.
	Lookup(ctx context.Context, reference string) (Outcome, error)
	// CancelChallenge ends a pending challenge so that it can no longer be
	// approved, and gives the authorization as it then is: Declined with
	// AuthenticationFailed, or what it had become before. Doing it twice is
	// harmless. An error means that no answer came and it should be asked again.
	CancelChallenge(ctx context.Context, reference string) (Outcome, error)
}
