package rescue

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// Reasons for which an order is declined before any rule is asked, and at its end.
const (
	reasonSwitchedOff = "switched_off"
	reasonTrial       = "trial"         // decided, and nothing charged
	reasonNoCard      = "token_unknown" // unknown, another merchant's, revoked or erased: nobody is told which
	reasonNoTry       = "no_try_left"   // that is worth it, before it expires
	reasonDead        = "card_refused_for_good"
	reasonLimits      = "scheme_limits" // the card was tried as often as the schemes allow
	reasonBroken      = "interrupted"   // nobody knows its CVV any more, and nothing was sent
	reasonRefused     = "shopper_refused"
	reasonLate        = "expired"
	reasonCancelled   = "cancelled"
)

// Evaluate says what can be done about a declined sale, and does it. A shopper's sale is
// answered now, one that nobody waits for later. The same order again is answered with
// what became of it.
//
// Errors: faults that name the field. A sale that cannot be rescued is no error: it is
// declined, with a reason.
func (s *Service) Evaluate(ctx context.Context, sale Sale, charge Charge, actor string) (View, error) {
	account, err := s.Merchants.FindMerchant(ctx, sale.Merchant)
	if err != nil {
		return View{}, err
	}
	if !sale.Token.IsZero() {
		came, err := s.Store.FindArrival(ctx, sale.Merchant, sale.Token)
		if err != nil {
			return View{}, err
		}
		sale.SenseKey, sale.CVV = cmp.Or(sale.SenseKey, came.SenseKey), sale.CVV || came.CVV
	}
	site, err := s.site(ctx, sale)
	if err != nil {
		return View{}, err
	}
	o, told, err := s.order(ctx, account, site, sale)
	if err != nil {
		return View{}, err
	}
	d, subjects, err := s.consider(ctx, account, site, &o, told, sale)
	if err != nil {
		return View{}, err
	}
	o, events := o.opened()
	kept, fresh, err := s.Store.OpenOrder(ctx, o, d, o.told(subjects), events, actor, func(known Order) bool { return known.answers(o) })
	if err != nil {
		return View{}, err
	}
	if !fresh && kept.Amount != o.Amount {
		return View{}, fault.Field("amount", "This order was evaluated with another amount, %s. Give another order another id.", kept.Amount)
	}
	if fresh && kept.State == Charging {
		kept, err = s.charge(ctx, kept, d.Action, id.New(id.Payment), charge, actor)
		if err != nil {
			return View{}, err
		}
	}
	return s.view(ctx, kept)
}

// answers tells whether an order is still the answer to a sale that comes again under the
// same reference: while something may come of it or has, and for good when it is the same
// declined transaction or nobody waits for it. One that was never tried for want of a card,
// or because that was switched off, is no answer once that is mended.
func (o Order) answers(again Order) bool {
	if o.State == Declined && slices.Contains([]string{reasonNoCard, reasonSwitchedOff, reasonTrial}, o.Reason) {
		return false
	}
	return o.State.Open() || o.Sale == again.Sale || o.Kind == MIT
}

// order makes an order of a sale, and finds its card.
func (s *Service) order(ctx context.Context, account merchant.Merchant, site merchant.Site, sale Sale) (Order, CardFacts, error) {
	now := s.Now()
	o := Order{
		Merchant: account.ID, Site: site.ID, Kind: sale.Kind, Source: sale.Source, Reference: sale.Reference, Amount: sale.Amount,
		Key: id.Random() + id.Random(), CreatedAt: now, UpdatedAt: now,
		Rest: Rest{
			Test: account.Environment == merchant.Test, Sale: sale.Transaction, Capture: sale.Capture, Recurring: sale.Recurring, Limits: limitsOf(account), Descriptor: sale.Descriptor,
			Answer: sale.Answer, Customer: sale.Customer, Billing: sale.Billing, SenseKey: sale.SenseKey,
		},
	}
	name, _ := id.TokenIn(ctx)
	o.ID = name.UUID()
	o.Challenge = s.ChallengeURL(o.Key)
	if err := (checkout.Order{Amount: o.Amount, Customer: o.Customer, Terms: o.terms("")}).Check(); err != nil {
		return o, CardFacts{}, err
	}
	o.Card.BIN, o.Card.Last4, o.Card.ExpMonth, o.Card.ExpYear = sale.Card.BIN, sale.Card.Last4, sale.Card.ExpMonth, sale.Card.ExpYear
	if sale.Token.IsZero() {
		return o, sale.Card, nil
	}
	kept, err := s.Cards.Find(ctx, account.ID, sale.Token)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return o, sale.Card, err
	}
	if err != nil || !kept.RevokedAt.IsZero() {
		return o, sale.Card, nil
	}
	o.Token, o.Card, o.Mark = sale.Token, kept.Summary, kept.Fingerprint
	return o, sale.Card, nil
}

// consider decides about a new order.
func (s *Service) consider(ctx context.Context, account merchant.Merchant, site merchant.Site, o *Order, told CardFacts, sale Sale) (Decision, []string, error) {
	verdict := Classify(sale.Answer.Source, sale.Answer.Code, sale.Answer.Description)
	issuance := s.issued(*o, told)
	score, device, seen, err := s.device(ctx, account, o.SenseKey, o.Mark, o.Card, issuance)
	if err != nil {
		return Decision{}, nil, err
	}
	o.Facts = Facts{
		Class: verdict.Class, Reason: verdict.Reason, Code: verdict.Network, Wait: verdict.Wait, Kind: o.Kind, Source: o.Source, Test: o.Test, Cue: sale.Cue,
		Score: score, Device: seen, Type: string(issuance.Type), Country: issuance.Country, Offset: sale.Offset, Amount: o.Amount.Minor,
		CVV: sale.CVV, Phone: sale.Phone, Address: o.Billing.PostalCode != "", Sent: addressSent(sale.Answer.AVS), Authenticated: sale.Answer.ECI == "05" || sale.Answer.ECI == "02",
	}
	o.Facts.Hour = issuerHour(o.Facts.place(), o.CreatedAt)
	ways := s.ways(account, *o)
	o.Facts.Others = ways.Processors
	o.Facts.Possible = o.possible(true, ways)
	subjects, err := s.subjects(o.Merchant, o.Mark, o.Customer.Email, device)
	if err != nil {
		return Decision{}, nil, err
	}
	if err := s.recall(ctx, o.Merchant, subjects, &o.Facts); err != nil {
		return Decision{}, nil, err
	}
	d, err := s.decide(ctx, o.Merchant, o.Facts)
	if err != nil {
		return d, nil, err
	}
	d.Site, d.Order, d.Amount = o.Site, o.ID, o.Amount
	until := sale.Until
	if until.IsZero() {
		until = o.CreatedAt.Add(DefaultPatience)
	}
	if latest := o.CreatedAt.Add(mostPatience); until.After(latest) {
		until = latest
	}
	real, trial := switchOf(o.Kind, o.Source, environment(account)), switchOf(o.Kind, o.Source, "sandbox")
	switch {
	case o.Token.IsZero():
		o.end(Declined, reasonNoCard)
	case account.Rescues(site, real):
		o.enter(d, until, nil, o.CreatedAt)
	case account.Rescues(site, trial):
		o.Trial = true
		o.end(Declined, reasonTrial)
	default:
		o.end(Declined, reasonSwitchedOff)
	}
	return d, subjects, nil
}

// told is the order's declined sale, to be learned from.
func (o Order) told(subjects []string) *Told {
	return &Told{
		Site: o.Site, Reference: o.Reference, Kind: o.Kind, Source: o.Source, Amount: o.Amount, Declined: true, Answer: o.Answer, Sale: o.Sale, Subjects: subjects, Mark: o.Mark,
	}
}

// addressSent tells by the result of an address check whether there was an address to check.
func addressSent(avs string) bool {
	switch avs {
	case "", "U", "S", "R", "E", "G", "I", "C", "P", "NA", "N/A", "0":
		return false
	}
	return true
}

// ways are the ways to issuers that an order has.
func (s *Service) ways(account merchant.Merchant, o Order) Ways {
	able := s.Charges.Able(account, checkout.Order{Site: o.Site, Amount: o.Amount, Terms: o.terms("")})
	w := Ways{Processors: len(able)}
	if len(able) > 0 {
		w.Authenticates = able[0].Can.Challenge
	}
	return w
}

// enter moves an order to where a decision takes it. tried is when its card was.
func (o *Order) enter(d Decision, until time.Time, tried []time.Time, now time.Time) {
	o.Reason = d.Rule
	switch {
	case d.Action == Schedule:
		plan, ok := Next(d.Facts.verdict(), o.Tries, tried, d.Facts.place(), card.Type(d.Facts.Type), o.Limits, now, until)
		if !ok {
			o.end(Declined, reasonNoTry)
			return
		}
		o.State, o.NextAt, o.ExpiresAt = Scheduled, plan.At, until
	case d.Action == Confirm:
		o.State, o.ExpiresAt = Challenged, now.Add(ChallengeLife)
		o.NextAt = o.ExpiresAt
	case d.Action.charges():
		// Whoever opened it goes on at once. Should they die, it is looked at then.
		o.State, o.NextAt = Charging, now.Add(lease)
	default:
		o.end(Declined, d.Rule)
	}
}

// end ends an order.
func (o *Order) end(state State, reason string) {
	o.State, o.Reason, o.NextAt, o.ExpiresAt = state, reason, time.Time{}, time.Time{}
}

// lease is how long whoever works on an order has for it.
const lease = time.Minute

// terms are what a payment of the order is asked for with.
func (o Order) terms(a Action) payment.Terms {
	t := payment.Terms{
		Capture: payment.Manual, Initiator: processor.Customer, Recurring: o.Recurring, Payer: processor.Payer(o.Customer), Billing: o.Billing, Order: o.ID,
		Authenticate: a == Authenticate,
	}
	if o.Capture {
		t.Capture = payment.Automatic
	}
	if o.Kind == MIT {
		t.Initiator = processor.Merchant
	}
	t.Exempt = o.Kind == CIT && a != Authenticate && o.Amount.Minor <= mostExempt && o.Facts.Class != Authentication && (o.Test || o.Facts.Score >= 0 && o.Facts.Score < doubtful)
	return t
}

// mostExempt is up to which amount, in minor units, an issuer that has not asked for it is
// asked to do without authentication for a risk that is known to be small: the second of the thresholds of the EU's regulatory
// technical standards for strong customer authentication (2018/389, annex: 250 euros).
const mostExempt = 250_00
