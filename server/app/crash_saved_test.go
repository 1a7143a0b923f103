package app_test

import (
	"context"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// saving types a card and lets it be saved.
func saving(number string) func(*town) checkout.Submission {
	return func(w *town) checkout.Submission {
		return checkout.Submission{Card: w.card(number), Consent: "Save my card"}
	}
}

// saved chooses the card that saveCard has saved.
func saved(w *town) checkout.Submission {
	c := w.card("4111111111111111")
	c.Number.Wipe() // its CVV is left
	return checkout.Submission{Saved: w.saved, Card: c}
}

// saveCard has the customer cus_1 save a card, once, with a payment that is given back.
func saveCard(ctx context.Context, w *town) {
	if !w.saved.IsZero() {
		return
	}
	s, m := w.serve(&mortal{}), w.account.Merchant.ID
	order := checkout.Order{Amount: money.Amount{Minor: 4900, Currency: "USD"}, Customer: vault.Customer{ID: "cus_1"}, Form: checkout.Form{Save: checkout.AskToSave}}
	v, err := s.checkout.Create(ctx, m, order, "key 1")
	w.must(err)
	sub := saving("4111111111111111")(w)
	defer sub.Card.Wipe()
	v, err = s.checkout.Submit(ctx, v.Session.ID, sub, checkout.Client{})
	w.must(err)
	w.saved = v.Latest.Token
	_, err = s.payments.Modify(ctx, m, v.Latest.ID, processor.Void, 0, false, "key 1")
	w.must(err)
}

// checkSaved holds that a card is offered just when it is kept and was approved.
func (w *town) checkSaved(ctx context.Context, what string, told *told) {
	v, err := w.db.ShowSession(ctx, told.session)
	w.must(err)
	offered, err := w.db.SavedCards(ctx, w.account.Merchant.ID, told.customer, card.Expiry{Month: 1, Year: 2026}, 10)
	w.must(err)
	want := v.Latest != nil && v.Latest.Vaulted && v.Latest.State.Paid()
	if (len(offered) == 1) != want || len(offered) == 1 && offered[0].Token != v.Latest.Token {
		w.Errorf("%s: %d saved cards are offered: %+v", what, len(offered), v.Latest)
	}
}
