// Package risk says what it is worth to ask a processor for a payment, and when not to.
//
// An attempt is looked at before its card leaves: what its visit and device are known to
// be, what its card, device, network and range of numbers have been through lately, and
// what the merchant wants done about that. The answer is a score with its reasons in words,
// and one of four things to do: ask, ask with 3-D Secure, let the browser do some work
// first, or refuse.
//
// Against card testing there are limits beside the score, which nothing allows to be
// exceeded: a card's declines, as the schemes count them, and how many cards a device may
// try. How often something was tried is counted here and written down every moment, so
// that a restart forgets next to nothing.
//
// Refused here: telling a shopper why. Whoever tests cards would learn from it.
package risk

import (
	"context"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/sense"
)

// Attempt is a card that a shopper wants to pay with.
type Attempt struct {
	Merchant merchant.Merchant
	Session  string
	Attempts int           // how many cards were tried in it before
	Card     string        // its fingerprint: keyed, the same for the same number
	BIN      string        // six to eight digits
	Issuance card.Issuance // what the BIN table says
	Network  string        // see sense.Network; empty when it is not known
	Visit    sense.Visit
	Proof    string // what the browser worked out; empty for nothing
}

// Action is what is to be done about an attempt.
type Action string

// The actions.
const (
	Allow     Action = "allow"     // ask
	Challenge Action = "challenge" // ask, with 3-D Secure
	Prove     Action = "prove"     // not before the browser has done some work
	Refuse    Action = "refuse"    // nothing is asked
)

// Assessment is what is thought of an attempt.
type Assessment struct {
	Score   int // from 0 to 100
	Action  Action
	Reasons []string // for the merchant, never for the shopper
	Device  string
	proven  Action // what to do once the browser has done its work
}

// Counts is what happened to something within a time.
type Counts struct{ Attempts, Declines int }

// Question asks what happened to a subject from a time on: how often it was tried and
// declined, by the hour, or how many different cards were tried with it, as Attempts.
type Question struct {
	Subject string
	From    time.Time
	Cards   bool
}

// Store keeps counts.
type Store interface {
	// AddCounts adds to what is counted, in one transaction.
	AddCounts(ctx context.Context, counted []Counted) error
	// Counts answers questions about a merchant's subjects, in their order.
	Counts(ctx context.Context, merchant string, questions []Question) ([]Counts, error)
	// ForgetCounts drops what was counted before a time, of all merchants, and gives how
	// many rows that were.
	ForgetCounts(ctx context.Context, before time.Time, limit int) (int, error)
}

// Keys signs puzzles; a keyring.Ring does.
type Keys interface {
	Sign(message []byte) ([]byte, error)
	CheckSignature(message, signature []byte) error
}

// Service judges attempts. New makes one.
type Service struct {
	store Store
	keys  Keys
	now   func() time.Time
	easy  int // bits of the easiest puzzle
	tally tally

	flushing sync.Mutex // one at a time writes down
}

// New makes a service. Run must run beside it, or nothing of what it counts is kept.
func New(store Store, keys Keys, now func() time.Time) *Service {
	return &Service{store: store, keys: keys, now: now, easy: easy, tally: tally{fresh: newBatch(), leaves: newBatch()}}
}

// errRefused is all that a shopper is told.
var errRefused = fault.New(fault.Forbidden, "This card could not be accepted here. Use another card, or ask the shop.")

// Judge says what is to be done about an attempt. Errors: fault.Forbidden when it is
// refused, the assessment then says why, for the merchant; Unproven when the browser is to
// work something out first.
func (s *Service) Judge(ctx context.Context, a Attempt) (Assessment, error) {
	seen, err := s.look(ctx, a)
	if err != nil {
		return Assessment{}, err
	}
	as := assess(a, seen)
	as.Device = a.Visit.Device
	if as.Action == Prove {
		if !s.proven(a) {
			puzzle, err := s.puzzle(a, seen.difficulty(s.easy))
			if err != nil {
				return as, err
			}
			return as, &Unproven{puzzle}
		}
		as.Action = as.proven
		as.Reasons = append(as.Reasons, "the browser has done its work")
	}
	if as.Action == Refuse {
		return as, errRefused
	}
	return as, nil
}

// Tried counts an attempt that is about to be asked for: before its answer, so that many
// at once count each other.
func (s *Service) Tried(a Attempt) { s.tally.tried(a, s.now()) }

// Declined counts the decline of an attempt.
func (s *Service) Declined(a Attempt) { s.tally.declined(a, s.now()) }

// Assess says what is thought of an attempt, and refuses nothing.
func (s *Service) Assess(ctx context.Context, a Attempt) (Assessment, error) {
	seen, err := s.look(ctx, a)
	if err != nil {
		return Assessment{}, err
	}
	as := assess(a, seen)
	as.Device = a.Visit.Device
	return as, nil
}
