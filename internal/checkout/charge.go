package checkout

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// Charge pays an order with a card from the vault, for a merchant's server: without
// the shopper under an agreement made earlier, or with the shopper there. The card's
// use is on record and the intent durable before the first byte goes out.
//
// Errors come only from before anything was sent: faults that name the field,
// fault.Gone for a token that may not be charged any more. After that there is always
// a payment, if one whose outcome is unknown yet.
func (s *Service) Charge(ctx context.Context, m string, token id.Token, order Order, actor string) (payment.Payment, error) {
	if err := order.Check(); err != nil {
		return payment.Payment{}, err
	}
	name, again := id.In(ctx, id.Payment)
	if order.Payment != "" {
		name, again = order.Payment, true
	}
	if again {
		if p, err := s.Payments.Find(ctx, m, name); err == nil {
			return p, nil // somebody began it, and the resolver ends it
		}
	}
	site, err := s.site(ctx, m, order.Site)
	if err != nil {
		return payment.Payment{}, err
	}
	account, err := s.Merchants.FindMerchant(ctx, m)
	if err != nil {
		return payment.Payment{}, err
	}
	kept, err := s.Vault.Find(ctx, m, token)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return payment.Payment{}, fault.Field("token", "There is no such token.")
	}
	if err != nil {
		return payment.Payment{}, err
	}
	if given := order.Customer.ID; order.Customer == (vault.Customer{ID: given}) {
		order.Customer = kept.Customer
		order.Customer.ID = cmp.Or(given, kept.Customer.ID)
	}
	order.Terms.Payer = processor.Payer(order.Customer)
	if order.Terms.Initiator == "" {
		order.Terms.Initiator = processor.Merchant
	}
	if order.Terms.ReturnURL != "" && !returnsTo(site, order.Terms.ReturnURL) {
		return payment.Payment{}, elsewhere("return_url", site)
	}
	now := s.Now()
	if (card.Expiry{Month: kept.Summary.ExpMonth, Year: kept.Summary.ExpYear}).Passed(now) {
		return payment.Payment{}, fault.Field("token", "The card of this token has expired. Ask the shopper for another.")
	}
	p, err := s.open(name, account, site, order, now)
	if err != nil {
		return payment.Payment{}, err
	}
	p.Card, p.Token, p.Vaulted = kept.Summary, token, true
	borrowed, err := s.Vault.Borrow(ctx, m, token, actor, "authorize "+p.ID)
	if err != nil {
		return payment.Payment{}, err
	}
	defer borrowed.Wipe()
	borrowed.CVV = order.CVV
	if err := s.Store.KeepPayment(ctx, p, actor); err != nil {
		return payment.Payment{}, err
	}
	ctx = context.WithoutCancel(ctx) // what was begun is finished
	how := payment.Asking{Fallbacks: s.fallbacks(account, p), ReturnURL: s.ReturnURL(p), Actor: actor, StoredAs: kept.StoredAs, Next: order.Next}
	if how.Next == nil {
		how.Next = s.next(Try{Merchant: account, Site: site, Card: kept.Fingerprint, Issuance: kept.Issuance})
	}
	if p.Terms.Initiator == processor.Customer {
		how.Patience = rescueBudget
	}
	p, reply := s.Payments.AskAll(ctx, p, how, borrowed)
	settled, err := s.Payments.Settle(ctx, p, actor, reply)
	if err != nil {
		s.Log.Error("a reply could not be settled", "payment", p.ID, "error", err)
		return p, nil // leased: the resolver finds out
	}
	return settled, nil
}

// returnsTo tells whether a URL is at one of a site's own origins: nowhere else is a
// shopper sent by us.
func returnsTo(site merchant.Site, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || len(address) > maxReturnURL {
		return false
	}
	return slices.Contains(site.Origins, u.Scheme+"://"+u.Host)
}

// elsewhere is the fault of a URL that is not at one of a site's own origins.
func elsewhere(field string, site merchant.Site) error {
	return fault.Field(field, "The URL must be at one of the site's origins: %s.", strings.Join(site.Origins, ", "))
}

// maxReturnURL is how long the way back may be, in bytes.
const maxReturnURL = 1000
