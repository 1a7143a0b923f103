package checkout

import (
	"context"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// ChargeCard pays an order with a card that the shopper typed into a form of the merchant's
// own, whose server sends it on: there is no session, and the card goes to authorization
// and to the vault at the same time, as in Submit. The payment's id is order.Payment, or a
// new one when that is empty; a payment that is there already is given as it is, and
// nothing is asked again.
//
// The card is borrowed and no leg holds it afterwards, so the caller wipes it then.
// Errors come only from before anything was sent: faults that name the field, exp_year for
// a card that has expired. After that there is always a payment, if one whose outcome is
// unknown yet.
func (s *Service) ChargeCard(ctx context.Context, m string, c pan.Card, order Order, actor string) (payment.Payment, error) {
	if err := order.Check(); err != nil {
		return payment.Payment{}, err
	}
	name := order.Payment
	if name == "" {
		name = id.New(id.Payment)
	} else if p, err := s.Payments.Find(ctx, m, name); err == nil {
		return p, nil // somebody began it, and the resolver ends it
	}
	now := s.Now()
	if c.Expiry.Passed(now) {
		return payment.Payment{}, fault.Field("exp_year", "This card has expired. Use another card.")
	}
	site, err := s.site(ctx, m, order.Site)
	if err != nil {
		return payment.Payment{}, err
	}
	account, err := s.Merchants.FindMerchant(ctx, m)
	if err != nil {
		return payment.Payment{}, err
	}
	if order.Terms.ReturnURL != "" && !returnsTo(site, order.Terms.ReturnURL) {
		return payment.Payment{}, elsewhere("return_url", site)
	}
	order.Terms.Payer = processor.Payer(order.Customer)
	p, err := s.open(name, account, site, order, now)
	if err != nil {
		return payment.Payment{}, err
	}
	p.Card, p.Token = c.Summary(), id.NewToken()
	fingerprint, issuance, err := s.Vault.Describe(m, c)
	if err != nil {
		return payment.Payment{}, err
	}
	if err := s.Store.KeepPayment(ctx, p, actor); err != nil {
		return payment.Payment{}, err
	}
	ctx = context.WithoutCancel(ctx) // what was begun is finished
	how := payment.Asking{
		Fallbacks: s.fallbacks(account, p), ReturnURL: s.ReturnURL(p), Actor: actor, Patience: rescueBudget,
		Next: s.next(Try{Merchant: account, Site: site, Card: fingerprint, Issuance: issuance, CVV: len(c.CVV.Bytes()) > 0}),
	}
	storing := s.storing(ctx, account, c)
	p, reply := s.bothLegs(ctx, p, how, c, vault.Consent{}, actor)
	names := storing.end()
	settled, err := s.Payments.Settle(ctx, p, actor, reply)
	if err != nil {
		s.Log.Error("a reply could not be settled", "payment", p.ID, "error", err)
		settled = p // leased: the resolver finds out
	}
	s.noteStored(ctx, p, names, actor)
	return settled, nil
}
