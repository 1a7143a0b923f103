package bulk

import (
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

// DefaultRetries is how often an item is tried again when a strategy does not say.
const DefaultRetries = 10

// Bounds of a strategy. An interval is at most what the schemes count tries over: a card
// may be tried again then as if it had never been.
const (
	maxInterval = 30 * 24 * 60 // minutes
	maxRetries  = 100
	all         = 100 // percent
)

// Strategy says how the items of a batch are tried again. The zero value is: not at all.
// It is Flutterwave's retry_strategy, in the reading that the dialect's README settles on.
type Strategy struct {
	Interval    int64 `json:"interval,omitempty"`     // minutes from a decline to the next try
	FullRetries int64 `json:"full_retries,omitempty"` // that ask the whole amount; later ones ask Percent of it
	Percent     int64 `json:"percent,omitempty"`
	MostRetries int64 `json:"most_retries,omitempty"`
}

// Check refuses a strategy that cannot be followed. Errors: faults that name the field in
// the dialect's spelling.
func (s Strategy) Check() error {
	switch {
	case s.MostRetries < 0 || s.MostRetries > maxRetries:
		return fault.Field("retry_strategy.last_attempt_variable", "Give how many retries there are at most, from 0 to %d.", maxRetries)
	case s.MostRetries == 0:
		return nil
	case s.Interval < 1 || s.Interval > maxInterval:
		return fault.Field("retry_strategy.retry_interval", "Give the minutes between two attempts, from 1 to %d.", maxInterval)
	case s.Percent < 1 || s.Percent > all:
		return fault.Field("retry_strategy.retry_amount_variable", "Give the percentage of the amount that later retries ask for, from 1 to 100.")
	case s.FullRetries < 0:
		return fault.Field("retry_strategy.retry_attempt_variable", "Give after how many retries the amount is reduced, from 0.")
	}
	return nil
}

// Amount gives what an attempt asks for of an amount in minor units: attempt 0, the first,
// and as many retries as FullRetries says ask for all of it, later ones for Percent of it,
// rounded half up to the minor unit and never nothing. ok is false when there is no such
// attempt.
func (s Strategy) Amount(whole int64, attempt int) (minor int64, ok bool) {
	switch {
	case int64(attempt) > s.MostRetries:
		return 0, false
	case int64(attempt) <= s.FullRetries || attempt == 0:
		return whole, true
	}
	return max(1, scaled(whole, s.Percent, all)+half(whole, s.Percent)), true
}

// half is 1 when what rounding down leaves of a percentage is half a minor unit or more.
func half(whole, percent int64) int64 {
	if (whole%all)*percent%all*2 >= all {
		return 1
	}
	return 0
}

// Outcome is what came of an attempt.
type Outcome string

// The outcomes.
const (
	Paid     Outcome = "paid"
	Declined Outcome = "declined" // the same card may be asked again later
	Refused  Outcome = "refused"  // it may not, or never with success as it is
	Unknown  Outcome = "unknown"  // the payment is not settled
	Unsent   Outcome = "unsent"   // it provably reached nobody, as when the server is killed before
)

// OutcomeOf reads off a payment what came of an attempt. What the schemes forbid to try
// again, or what needs the shopper or other data, is refused: rescue knows which declines
// those are. So is a payment that was approved and given back because nobody waited: a person is looking at it.
func OutcomeOf(p payment.Payment) Outcome {
	switch {
	case p.State.Paid():
		return Paid
	case p.State.Pending(), p.State == payment.Reversing:
		return Unknown
	case p.State == payment.Failed:
		return Unsent
	case p.State == payment.Declined && rescue.FromOutcome(p.DeclineCode, p.NetworkCode).Class.Retryable():
		return Declined
	}
	return Refused
}

// maxLost is how many payments of an attempt may reach nobody before it counts as declined.
const maxLost = 5

// look is how long an item waits before its payment is looked at again.
const look = 5 * time.Second

// After gives an item as it is after an outcome of its attempt: final, to be tried again at
// a time and for an amount, or, when the outcome is unknown, to be looked at again. It is
// the whole of what a strategy means.
func (i Item) After(s Strategy, o Outcome, now time.Time) Item {
	switch o {
	case Paid:
		return i.ended(Succeeded)
	case Unknown:
		i.State, i.DueAt = Charging, now.Add(look)
		return i
	case Unsent:
		if i.Lost < maxLost { // it is no attempt of the card, and the strategy knows nothing of it
			i.State, i.Lost, i.DueAt = Waiting, i.Lost+1, now.Add(look<<(2*i.Lost)) // longer each time: a processor may be away
			return i
		}
		fallthrough
	case Declined:
		if _, again := s.Amount(i.Asked.Amount.Minor, i.Attempt+1); again {
			i.State, i.Attempt, i.Lost, i.DueAt = Waiting, i.Attempt+1, 0, now.Add(time.Duration(s.Interval)*time.Minute)
			return i
		}
	}
	return i.ended(Exhausted)
}
