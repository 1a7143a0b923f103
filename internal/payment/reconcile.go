package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/processor"
)

// FindingClass is how a processor's list and ours disagree.
type FindingClass string

// The ways in which they can disagree.
const (
	MissingHere   FindingClass = "missing_here"   // the processor has what we never asked for
	MissingThere  FindingClass = "missing_there"  // the processor does not have what it said it had
	AmountDiffers FindingClass = "amount_differs" // authorized, captured or refunded
	StateDiffers  FindingClass = "state_differs"
)

// Finding is one disagreement.
type Finding struct {
	Processor string
	Reference string // of the authorization
	Class     FindingClass
	Merchant  string // empty when it is nobody's
	Payment   string
	Detail    string // both sides, for a person
	At        time.Time
}

// Reconciler keeps what has been compared.
type Reconciler interface {
	// ClaimReconciliation gives from when a processor's list is to be compared next, and
	// takes it for a while; ok is false when somebody else has it, or it is too early.
	ClaimReconciliation(ctx context.Context, processor string, now, hold time.Time) (from time.Time, ok bool, err error)
	// FinishReconciliation keeps up to when a list has been compared, and what was found;
	// what was found before is not kept twice. It gives what is new.
	FinishReconciliation(ctx context.Context, processor string, until time.Time, findings []Finding) ([]Finding, error)
	// FindReference gives the payment that a processor knows under a reference, or
	// fault.NotFound.
	FindReference(ctx context.Context, processor, reference string) (Payment, error)
	// WalkPayments gives each payment of all merchants that was opened at a processor in a
	// span of time, from included and to excluded.
	WalkPayments(ctx context.Context, processor string, from, to time.Time, each func(Payment) error) error
}

// How a list is compared: what is younger than settling may still be changing on either
// side, and what was compared is compared again for overlap, for captures and refunds
// come later.
const (
	settling      = time.Hour
	overlap       = 7 * 24 * time.Hour
	reconcileHold = 2 * time.Hour
)

// Reconcile compares every processor's list with the payments here, once a day. What it
// finds is kept and told in the log; a payment that turns out to be approved is settled
// or given back as if its answer had come late. It gives what is new.
func (s *Service) Reconcile(ctx context.Context, r Reconciler) ([]Finding, error) {
	var found []Finding
	var failures []error
	for name, gateway := range s.Gateways {
		if !gateway.Abilities().List {
			continue
		}
		from, ok, err := r.ClaimReconciliation(ctx, name, s.Now(), s.Now().Add(reconcileHold))
		if err == nil && ok {
			var fresh []Finding
			fresh, err = s.reconcile(ctx, r, gateway, from.Add(-overlap), s.Now().Add(-settling))
			found = append(found, fresh...)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("payment: reconcile with %s: %w", name, err))
		}
	}
	return found, errors.Join(failures...)
}

func (s *Service) reconcile(ctx context.Context, r Reconciler, gateway processor.Gateway, from, to time.Time) ([]Finding, error) {
	listed := map[string]bool{}
	var findings []Finding
	// The lists are of different clocks, and so theirs is read a little more widely.
	err := gateway.List(ctx, from.Add(-settling), to.Add(settling/2), func(l processor.Listed) error {
		listed[l.Reference] = true
		p, err := r.FindReference(ctx, gateway.Name(), l.Reference)
		switch {
		case err != nil && fault.CodeOf(err) == fault.NotFound:
			findings = append(findings, Finding{Processor: gateway.Name(), Reference: l.Reference, Class: MissingHere, Detail: there(l.Outcome), At: s.Now()})
			return nil
		case err != nil:
			return err
		}
		if !gateway.Abilities().LookupModification {
			l.Captured, l.Refunded, l.Voided = p.Captured, p.Refunded, p.Capturable == 0 // it does not say
		}
		findings = append(findings, p.differs(l.Outcome, s.Now())...)
		return s.hear(ctx, p, l.Outcome)
	})
	if err != nil {
		return nil, err // half a list proves nothing
	}
	err = r.WalkPayments(ctx, gateway.Name(), from, to, func(p Payment) error {
		// What failed was never there, and what is pending is asked about anyway.
		if !listed[p.ProcessorReference] && (p.State.Paid() || p.State == Declined) {
			findings = append(findings, p.finding(MissingThere, "here "+p.here(), s.Now()))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	fresh, err := r.FinishReconciliation(ctx, gateway.Name(), to, findings)
	for _, f := range fresh {
		s.Log.Error("reconciliation found a difference", "processor", f.Processor, "class", f.Class, "payment", f.Payment, "reference", f.Reference, "detail", f.Detail)
	}
	return fresh, err
}

// hear takes in what the list says of a payment that is not known to have been approved.
func (s *Service) hear(ctx context.Context, p Payment, o processor.Outcome) error {
	if o.State != processor.Approved || p.State.Paid() || p.State == Reversing || p.State == Reversed || o.Reference != p.ProcessorReference {
		return nil
	}
	_, err := s.Settle(ctx, p, "reconciliation", Reply{Outcome: o})
	if errors.Is(err, ErrSettled) {
		return nil
	}
	return err
}

// differs compares a payment with what its processor has.
func (p Payment) differs(o processor.Outcome, now time.Time) []Finding {
	detail := "here " + p.here() + ", there " + there(o)
	if o.Reference != p.ProcessorReference {
		// One that was asked before another was: it may not have been approved.
		if o.State == processor.Approved && !o.Voided {
			return []Finding{p.finding(StateDiffers, "an earlier attempt, "+detail, now)}
		}
		return nil
	}
	if o.Amount != p.Amount {
		return []Finding{p.finding(AmountDiffers, detail, now)}
	}
	approved := o.State == processor.Approved
	returned := o.Voided && o.Captured == 0 || o.Captured > 0 && o.Refunded == o.Captured
	switch {
	case p.State.Pending() || p.State == Reversing || p.holds(func(Modification) bool { return true }):
		return nil // it is being found out
	case p.State.Paid() != approved && !(p.State == Reversed && returned):
		return []Finding{p.finding(StateDiffers, detail, now)}
	case p.State.Paid() && (p.Captured != o.Captured || p.Refunded != o.Refunded):
		return []Finding{p.finding(AmountDiffers, detail, now)}
	case p.State.Paid() && (p.Capturable == 0) != (o.Voided || o.Captured == o.Amount.Minor):
		return []Finding{p.finding(StateDiffers, detail, now)}
	}
	return nil
}

func (p Payment) finding(class FindingClass, detail string, now time.Time) Finding {
	return Finding{Processor: p.Processor, Reference: p.ProcessorReference, Class: class, Merchant: p.Merchant, Payment: p.ID, Detail: detail, At: now}
}

// here says how a payment stands.
func (p Payment) here() string {
	return fmt.Sprintf("%s %s, captured %d, refunded %d", p.State, p.Amount, p.Captured, p.Refunded)
}

// there says how an authorization stands at its processor.
func there(o processor.Outcome) string {
	return fmt.Sprintf("%s %s, captured %d, refunded %d, voided %t", o.State, o.Amount, o.Captured, o.Refunded, o.Voided)
}
