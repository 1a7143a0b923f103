package checkout

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/sense"
)

// rescueBudget is how much longer a shopper waits for all that is tried after a decline.
const rescueBudget = time.Second

// Rescue says what is worth trying after a decline; rescue.Service does.
type Rescue interface {
	Next(ctx context.Context, try Try) (payment.Try, bool)
}

// Try is a payment that was just declined, with all that is known of it.
type Try struct {
	Merchant merchant.Merchant
	Site     merchant.Site
	Card     string        // its fingerprint
	Issuance card.Issuance // what the BIN table says
	Visit    sense.Visit
	Present  bool // the shopper waits in the checkout
	CVV      bool // it came with a CVV

	Payment  payment.Payment
	Declined processor.Outcome
	Others   []string            // processors that were not asked yet, in order
	Can      processor.Abilities // of the one that declined
	Tries    int                 // how often processors were asked
}

// next has Rescue say what is tried after a decline.
func (s *Service) next(t Try) payment.Next {
	if s.Rescue == nil {
		return nil
	}
	return func(ctx context.Context, p payment.Payment, declined processor.Outcome, others []string, tries int) (payment.Try, bool) {
		t := t
		t.Payment, t.Declined, t.Others, t.Tries = p, declined, others, tries
		for _, one := range s.Processors {
			if one.Name == p.Processor {
				t.Can = one.Can
			}
		}
		return s.Rescue.Next(ctx, t)
	}
}

// Able gives the processors that can be asked for a merchant's order, in the order in
// which they are.
func (s *Service) Able(m merchant.Merchant, o Order) []Processor {
	names, err := s.route(m, o)
	if err != nil {
		return nil
	}
	var able []Processor
	for _, name := range names {
		for _, one := range s.Processors {
			if one.Name == name {
				able = append(able, one)
			}
		}
	}
	return able
}
