package payment

// State is where a payment stands.
type State string

// The states a payment can be in.
const (
	Inflight       State = "inflight"        // intent durable; the processor is being asked
	RequiresAction State = "requires_action" // the issuer wants to see the shopper
	Unknown        State = "unknown"         // asked, no clear answer: to be looked up
	ManualReview   State = "manual_review"   // nobody could be found to say for three days, or contradictions: for a person

	Authorized        State = "authorized"
	PartiallyCaptured State = "partially_captured" // and more may be
	Captured          State = "captured"
	PartiallyRefunded State = "partially_refunded"
	Refunded          State = "refunded"
	Voided            State = "voided"

	Declined  State = "declined"
	Failed    State = "failed"    // provably nothing reached the processor, or it knows of nothing
	Reversing State = "reversing" // approved when nobody waited any more: being given back
	Reversed  State = "reversed"
)

// States lists them all, for tables that must be complete.
var States = []State{
	Inflight, RequiresAction, Unknown, ManualReview,
	Authorized, PartiallyCaptured, Captured, PartiallyRefunded, Refunded, Voided,
	Declined, Failed, Reversing, Reversed,
}

// Pending tells whether it is not known yet if the card was charged.
func (s State) Pending() bool {
	return s == Inflight || s == RequiresAction || s == Unknown || s == ManualReview
}

// Paid tells whether the processor approved and it was let stand, whatever the
// merchant did with it since.
func (s State) Paid() bool {
	switch s {
	case Authorized, PartiallyCaptured, Captured, PartiallyRefunded, Refunded, Voided:
		return true
	}
	return false
}

// standing reads an approved payment's state off its sums.
func (p Payment) standing() State {
	switch {
	case p.Captured == 0 && p.Capturable == 0 && p.Amount.Minor > 0:
		return Voided
	case p.Captured == 0:
		return Authorized
	case p.Refunded == p.Captured && p.Capturable == 0:
		return Refunded
	case p.Refunded > 0:
		return PartiallyRefunded
	case p.Capturable > 0:
		return PartiallyCaptured
	}
	return Captured
}
