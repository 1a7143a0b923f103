package rescue

import (
	"context"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
)

// Decision is what was decided about a decline, with all that it was made of.
type Decision struct {
	Merchant string
	ID       string
	Site     string
	Order    string // empty for a payment of a checkout's own
	Payment  string // empty before one was asked for
	Amount   money.Amount
	Facts    Facts
	Rule     string
	Why      string
	Action   Action
	Version  int // of the merchant's table; 0 for the default
	At       time.Time
}

// decide says what is to be done about a decline. After a hard one, of this sale or of its
// card, nothing can be done, whatever a merchant's own table says.
func (s *Service) decide(ctx context.Context, merchant string, f Facts) (Decision, error) {
	table, version, err := s.Store.Rules(ctx, merchant)
	if err != nil {
		return Decision{}, err
	}
	if version == 0 {
		table = DefaultTable
	}
	r := table.Rule(f)
	return Decision{Merchant: merchant, ID: id.Random(), Facts: f, Rule: r.Name, Why: r.Why, Action: r.Then, Version: version, At: s.Now()}, nil
}

// issuerHour is the hour of the day where a card was issued, or where its shopper is.
func issuerHour(place Place, now time.Time) int { return now.In(place.Zone()).Hour() }

// possible is what can be done about an order's decline, now that it may be charged at
// once, or has just been.
func (o Order) possible(charge bool, ways Ways) []Action {
	all := []Action{Decline}
	if o.Token.IsZero() {
		return all
	}
	if o.Kind == MIT {
		return append(all, Schedule)
	}
	if charge && ways.Processors > 0 {
		all = append(all, Reroute, Correct)
		if ways.Authenticates && o.Consent != nil {
			all = append(all, Authenticate) // the shopper is on our page, and can be sent to the issuer's
		}
	}
	// Nobody meets a challenge by accident in the sandbox: there it is asked for.
	if o.Consent == nil && o.Source == Website && (!o.Test || o.Facts.Cue == ToChallenge) {
		all = append(all, Confirm)
	}
	return all
}

// Ways are the ways to issuers that a merchant has.
type Ways struct {
	Processors    int  // how many can be asked for it
	Authenticates bool // the first of them can have the issuer see the shopper
}

// issued is what is known of where a card comes from.
func (s *Service) issued(o Order, told CardFacts) card.Issuance {
	found, _ := s.BINs.Find(o.Card.BIN)
	if found.Country == "" {
		found.Country = told.Country
	}
	if found.Type == "" && slices.Contains([]card.Type{card.Credit, card.Debit, card.Prepaid, card.Charge}, card.Type(told.Type)) {
		found.Type = card.Type(told.Type)
	}
	return found
}

// place is where an order's card was issued.
func (f Facts) place() Place {
	p := Place{Country: f.Country}
	if f.Offset != nil {
		p.OffsetMinutes, p.OffsetKnown = *f.Offset, true
	}
	return p
}
