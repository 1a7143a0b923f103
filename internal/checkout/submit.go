package checkout

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/vault"
)

// keepBudget is how long keeping a card may take before the payment is settled
// without a token.
const keepBudget = 10 * time.Second

// Payments asks processors and settles; payment.Service does.
type Payments interface {
	AskAll(ctx context.Context, p payment.Payment, how payment.Asking, card pan.Card) (payment.Payment, payment.Reply)
	Settle(ctx context.Context, p payment.Payment, actor string, reply payment.Reply) (payment.Payment, error)
	Returned(ctx context.Context, p payment.Payment, key, actor string) (payment.Payment, error)
	Abandon(ctx context.Context, p payment.Payment, actor string) (payment.Payment, error)
	Find(ctx context.Context, merchant, payment string) (payment.Payment, error)
	Lease() time.Time
}

// Vault keeps cards; vault.Service does.
type Vault interface {
	Tokenize(ctx context.Context, merchant string, token id.Token, customer vault.Customer, consent vault.Consent, c pan.Card, actor string) (vault.Record, error)
	NoteStored(ctx context.Context, merchant string, token id.Token, by, storedAs, actor string) error
	Describe(merchant string, c pan.Card) (fingerprint string, issuance card.Issuance, err error)
	Find(ctx context.Context, merchant string, token id.Token) (vault.Record, error)
	Issuance(bin string) card.Issuance
	Saved(ctx context.Context, merchant, customer string) ([]vault.Record, error)
	FindSaved(ctx context.Context, merchant, customer string, token id.Token) (vault.Record, error)
	Forget(ctx context.Context, merchant, customer string, token id.Token, actor string) error
	Borrow(ctx context.Context, merchant string, token id.Token, actor, purpose string) (pan.Card, error)
}

// Merchants finds accounts and their sites; merchant.Store does.
type Merchants interface {
	FindMerchant(ctx context.Context, merchant string) (merchant.Merchant, error)
	FindSite(ctx context.Context, merchant, site string) (merchant.Site, error)
}

// Sense knows visits and their devices; sense.Service does.
type Sense interface {
	Joins(ctx context.Context, merchant, site, key string) error
	Visit(ctx context.Context, merchant, key string) (sense.Visit, error)
}

// Service runs checkouts.
type Service struct {
	Store      Store
	Merchants  Merchants
	Payments   Payments
	Vault      Vault
	Sense      Sense
	Risk       Risk
	Rescue     Rescue                       // nil asks the next processor for what was declined softly
	Processors []Processor                  // in the order in which they are asked
	ReturnURL  func(payment.Payment) string // where an issuer's page sends the shopper
	Now        func() time.Time
	Log        *slog.Logger
}

// Create opens a session for a merchant. Errors: faults that name the field, also when
// none of the merchant's processors can do what it asks for.
func (s *Service) Create(ctx context.Context, m string, order Order, actor string) (View, error) {
	site, err := s.site(ctx, m, order.Site)
	if err != nil {
		return View{}, err
	}
	account, err := s.Merchants.FindMerchant(ctx, m)
	if err != nil {
		return View{}, err
	}
	if order.SenseKey != "" {
		if err := s.Sense.Joins(ctx, m, site.ID, order.SenseKey); err != nil {
			return View{}, err
		}
	}
	name, again := id.In(ctx, id.Session)
	if again {
		if v, err := s.Store.FindSession(ctx, m, name); err == nil {
			return v, nil
		}
	}
	session, err := newSession(name, m, site, order, s.Now())
	if err != nil {
		return View{}, err
	}
	// A processor that is not there now may be when the shopper pays.
	if _, err := s.route(account, session.Form.probe(session)); err != nil && fault.CodeOf(err) != fault.Unavailable {
		if len(session.Form.Plans) > 0 && fault.Of(err).Field == "installments" {
			err = fault.Field("installment_plans", "%s", fault.Of(err).Message)
		}
		return View{}, err
	}
	if err := s.Store.CreateSession(ctx, session, actor); err != nil {
		return View{}, err
	}
	return View{Session: session, Site: site}, nil
}

// site finds a merchant's site, the first when none is named.
func (s *Service) site(ctx context.Context, m, name string) (merchant.Site, error) {
	site, err := s.Merchants.FindSite(ctx, m, name)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return site, fault.Field("site", "This merchant has no such site. Leave it out for the first one.")
	}
	return site, err
}

// Find gives a merchant's session. Errors: fault.NotFound.
func (s *Service) Find(ctx context.Context, m, session string) (View, error) {
	return s.Store.FindSession(ctx, m, session)
}

// Show gives a session to the shopper who holds its id. Errors: fault.NotFound.
func (s *Service) Show(ctx context.Context, session string) (View, error) {
	return s.Store.ShowSession(ctx, session)
}

// Submit pays a session with a card: the intent is made durable, then the card
// goes to authorization and to the vault at the same time, and when both have
// ended their outcome is settled. It takes as long as the slower of the two. A saved
// card comes from the vault and is not kept again.
//
// The card is borrowed and no leg holds it after Submit returns, so the caller
// wipes it then. ctx should not end with the shopper's connection: what was begun
// is finished.
//
// Errors come only from before the first byte left: faults that name a field of the
// form, and those of View.Admit and of risk.Service's Judge. After that there is always a
// payment, if one whose outcome is unknown yet.
func (s *Service) Submit(ctx context.Context, session string, sub Submission, from Client) (View, error) {
	actor := "shopper " + session
	if sub.Saved.IsZero() && sub.Card.Expiry.Passed(s.Now()) {
		return View{}, fault.Field("exp_year", "This card has expired. Use another card.")
	}
	view, err := s.leaveChallenge(ctx, session, actor)
	if err != nil {
		return View{}, err
	}
	if err := view.Admit(s.Now()); err != nil {
		return View{}, err
	}
	order, err := view.order(sub)
	if err != nil {
		return View{}, err
	}
	with, err := s.attempt(ctx, view, sub)
	if err != nil {
		return View{}, err
	}
	judged, thought, err := s.judge(ctx, view, with, from)
	if err != nil {
		return View{}, err
	}
	s.Risk.Tried(judged)
	name := id.New(id.Payment)
	if with.kept != nil {
		if with, err = s.opened(ctx, view, with, sub.Network, "authorize "+name, actor); err != nil {
			return View{}, err
		}
		defer with.card.Wipe()
	}
	order.Terms.Network, order.Terms.Risk = sub.Network, thought
	p, err := s.Store.OpenPayment(ctx, view, func(v View) (payment.Payment, error) {
		view = v
		return s.intent(v, name, order, with)
	})
	if err != nil {
		return View{}, err
	}
	settled := s.charge(ctx, view, p, with, sub.Consent, judged, actor)
	view.Latest = &settled
	if settled.State != payment.Failed {
		view.Attempts++
	}
	return view, nil
}

// charge has a payment asked for and its card kept, and settles what came of it.
func (s *Service) charge(ctx context.Context, view View, p payment.Payment, with attempt, words string, judged risk.Attempt, actor string) payment.Payment {
	how := payment.Asking{
		Fallbacks: s.fallbacks(view.Merchant, p), ReturnURL: s.ReturnURL(p), Actor: actor, Patience: rescueBudget,
		Next: s.next(Try{
			Merchant: view.Merchant, Site: view.Site, Card: with.fingerprint, Issuance: with.issuance, Visit: judged.Visit, Present: true, CVV: len(with.card.CVV.Bytes()) > 0,
		}),
	}
	var reply payment.Reply
	var names map[string]string
	if with.kept != nil {
		how.StoredAs = with.kept.StoredAs
		p, reply = s.Payments.AskAll(ctx, p, how, with.card)
		p.Vaulted = true
	} else {
		storing := s.storing(ctx, view.Merchant, with.card)
		p, reply = s.bothLegs(ctx, p, how, with.card, view.consent(p, words), actor)
		names = storing.end()
	}
	settled, err := s.Payments.Settle(ctx, p, actor, reply)
	if err != nil {
		// The processor may have approved. The intent is durable and its lease will
		// end: the resolver finds out. Until then the truth is "being processed".
		s.Log.Error("a reply could not be settled", "payment", p.ID, "error", err)
		settled = p
	}
	s.noteStored(ctx, p, names, actor)
	if settled.State == payment.Declined {
		s.Risk.Declined(judged)
	}
	return settled
}

// consent is what a shopper agreed to with a payment: nothing, unless the form lets a
// customer's card be saved.
func (v View) consent(p payment.Payment, words string) vault.Consent {
	if words == "" || v.Session.Form.Save == NeverSave || p.Terms.Payer.ID == "" {
		return vault.Consent{}
	}
	return vault.Consent{At: p.CreatedAt, Payment: p.ID, Words: words}
}

// intent is the payment that an admitted attempt opens, under a name.
func (s *Service) intent(v View, name string, order Order, with attempt) (payment.Payment, error) {
	now := s.Now()
	if err := v.Admit(now); err != nil {
		return payment.Payment{}, err
	}
	if v.Latest != nil && !now.After(v.Latest.CreatedAt) {
		now = v.Latest.CreatedAt.Add(time.Millisecond) // the newest payment stays so when the clock is set back
	}
	p, err := s.open(name, v.Merchant, v.Site, order, now)
	if err != nil {
		return payment.Payment{}, err
	}
	p.Session, p.Card, p.Token = v.Session.ID, with.summary, id.NewToken()
	if with.kept != nil {
		p.Token, p.Vaulted = with.kept.Token, true
	}
	// Somebody waits as long as the session is open, or the issuer's page may be.
	p.WaitUntil = now.Add(payment.ChallengeLife + waitGrace)
	if v.Session.ExpiresAt.After(p.WaitUntil) {
		p.WaitUntil = v.Session.ExpiresAt
	}
	return p, nil
}

// waitGrace is how long beyond that an approval may take to come to light.
const waitGrace = 5 * time.Minute

// open makes an intent of an order: what is charged, and whom is asked first.
func (s *Service) open(name string, m merchant.Merchant, site merchant.Site, o Order, now time.Time) (payment.Payment, error) {
	route, err := s.route(m, o)
	if err != nil {
		return payment.Payment{}, err
	}
	o.Terms.Descriptor, o.Terms.Fee = site.Descriptor, m.Fee(o.Amount.Currency)
	return payment.Payment{
		ID: name, Merchant: m.ID, Site: site.ID, State: payment.Inflight, Sequence: 1,
		Amount: o.Amount, Reference: o.Reference, Metadata: o.Metadata, Terms: o.Terms,
		Processor: route[0], ProcessorReference: id.Reference(), ReturnKey: id.Random(),
		CheckAt: s.Payments.Lease(), CreatedAt: now, UpdatedAt: now,
	}, nil
}

// bothLegs authorizes and tokenizes at the same time. The token is the payment's
// own, chosen with the intent, so a crash between the two loses neither.
func (s *Service) bothLegs(ctx context.Context, p payment.Payment, how payment.Asking, c pan.Card, consent vault.Consent, actor string) (payment.Payment, payment.Reply) {
	var asked payment.Payment
	var reply payment.Reply
	kept := false
	var legs sync.WaitGroup
	legs.Go(func() { asked, reply = s.Payments.AskAll(ctx, p, how, c) })
	legs.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, keepBudget)
		defer cancel()
		_, err := s.Vault.Tokenize(ctx, p.Merchant, p.Token, vault.Customer(p.Terms.Payer), consent, c, actor)
		if kept = err == nil; !kept {
			// The payment stands without a token: see package vault.
			s.Log.Error("a card could not be kept", "payment", p.ID, "error", err)
		}
	})
	legs.Wait()
	asked.Vaulted = kept
	return asked, reply
}

// leaveChallenge gives a session, after it ended an issuer's challenge that the shopper
// left for another card.
func (s *Service) leaveChallenge(ctx context.Context, session, actor string) (View, error) {
	v, err := s.Store.ShowSession(ctx, session)
	if err != nil || v.Latest == nil || v.Latest.State != payment.RequiresAction {
		return v, err
	}
	if _, err = s.Payments.Abandon(ctx, *v.Latest, actor); err != nil && !errors.Is(err, payment.ErrSettled) {
		return v, err
	}
	return s.Store.ShowSession(ctx, session) // and Admit says what it has become
}

// Returned takes note that the shopper came back from the issuer's page, with the key
// that page was given, and asks the processor what became of the payment. A key is good
// once, and for its own payment. Errors: fault.NotFound, fault.Gone.
func (s *Service) Returned(ctx context.Context, session, key string) (View, error) {
	v, err := s.Store.ShowSession(ctx, session)
	if err != nil {
		return v, err
	}
	if v.Latest == nil {
		return v, fault.New(fault.Gone, "Nothing has been paid here yet. Go back to the checkout.")
	}
	p, err := s.Payments.Returned(ctx, *v.Latest, key, "shopper "+session)
	if errors.Is(err, payment.ErrSettled) {
		return s.Store.ShowSession(ctx, session)
	}
	if err == nil {
		v.Latest = &p
	}
	return v, err
}
