package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/vault"
)

// ownReference is how references of what the shop asks by itself begin.
const ownReference = "shop."

// live plays a month, and what comes of it until nothing is open any more. Every so many
// sales of shoppers who wait the processors take the latency, and the answer is measured; 0
// measures none.
func (w *world) live(month []*declined, every int, latency time.Duration) {
	w.Helper()
	ctx := w.Context()
	w.prepare(ctx, month)
	shoppers := 0
	for _, one := range month {
		measured := time.Duration(0)
		if one.kind == rescue.CIT {
			if shoppers++; every > 0 && shoppers%every == 0 {
				measured = latency
			}
		}
		w.plan(one.at, func() { w.sell(ctx, one, measured) })
	}
	calls := w.run(ctx)
	for _, one := range month {
		v, err := w.rescues.Find(ctx, w.account.Merchant.ID, one.order)
		w.must(err)
		one.status, one.reason = v.Status(), v.Reason
		if v.Paid != nil && v.Paid.State.Paid() {
			one.after = v.Paid.UpdatedAt.Sub(one.at)
		}
	}
	w.Logf("%d sales, %d things happened", len(month), calls)
}

// prepare keeps the cards of all shoppers, and tells of what the regular ones paid the month
// before: many at a time, as no time passes.
func (w *world) prepare(ctx context.Context, month []*declined) {
	w.Helper()
	var all []*shopper
	seen := map[*shopper]bool{}
	for _, one := range month {
		if !seen[one.shopper] {
			seen[one.shopper], all = true, append(all, one.shopper)
		}
	}
	failed := make([]error, len(all))
	slots := make(chan struct{}, 32)
	var keeping sync.WaitGroup
	for i, p := range all {
		c := pantest.Card(w, p.number)
		slots <- struct{}{}
		keeping.Go(func() {
			defer func() { <-slots }()
			kept, err := w.vault.Keep(ctx, w.account.Merchant.ID, c, vault.Permanent, "shop")
			if p.token = kept.Token; err == nil && p.regular {
				err = w.welcome(ctx, p)
			}
			failed[i] = err
		})
	}
	keeping.Wait()
	w.must(errors.Join(failed...))
}

// welcome tells of a sale to a shopper that the shop's processor approved.
func (w *world) welcome(ctx context.Context, p *shopper) error {
	_, err := w.rescues.Transmit(ctx, rescue.Sale{
		Merchant: w.account.Merchant.ID, Kind: rescue.CIT, Source: rescue.Website, Reference: "approved-" + p.email, Transaction: id.Reference(),
		Amount: money.Amount{Minor: 2000, Currency: p.country.currency}, Token: p.token, Customer: vault.Customer{Email: p.email, Phone: p.phone}, At: w.now(),
	})
	return err
}

// sell is a sale that the shop's own processor declines, and its rescue.
func (w *world) sell(ctx context.Context, one *declined, latency time.Duration) {
	w.Helper()
	p := one.shopper
	seen := w.visit(ctx, one)
	w.thinking.Store(int64(latency))
	defer w.thinking.Store(0)

	ask := processor.Request{
		Reference: ownReference + id.Reference(), Amount: one.amount, Descriptor: "KESTREL", Initiator: processor.Customer,
		Payer: processor.Payer{Email: p.email, Phone: p.phone}, Recurring: one.series && one.temper.mood != "12",
	}
	if one.temper.mood == "10" {
		ask.Descriptor = "KK"
	}
	card := pantest.Card(w, p.number)
	if one.kind == rescue.MIT {
		ask.Initiator = processor.Merchant
	}
	if one.kind == rescue.MIT || !one.cvv {
		card.CVV = checkout.Order{}.CVV
	}
	if one.told {
		ask.Billing = p.billing
	}
	began := time.Now()
	said, err := w.own.Authorize(ctx, ask, card)
	one.plain = time.Since(began)
	w.must(err)
	if said.State != processor.Declined {
		w.Fatalf("%s: the shop's processor says %s at %s", one.temper.name, said.State, w.now().In(home))
	}
	one.code = said.DeclineCode

	charge := func(ctx context.Context, token id.Token, order checkout.Order) (payment.Payment, error) {
		order.CVV = card.CVV
		return w.checkouts.Charge(ctx, w.account.Merchant.ID, token, order, "shop")
	}
	if one.kind == rescue.MIT {
		charge = nil
	}
	began = time.Now()
	v, err := w.rescues.Evaluate(ctx, w.told(one, ask, said, seen), charge, "shop")
	if one.waited = time.Since(began); latency == 0 {
		one.waited = 0
	}
	w.must(err)
	one.order = v.ID
	if v.Status() == rescue.StatusChallenge {
		one.asked = true
		w.plan(w.now().Add(one.thinks), func() { w.answer(ctx, one, v) })
	}
}

// told is what the shop tells of a sale.
func (w *world) told(one *declined, ask processor.Request, said processor.Outcome, seen string) rescue.Sale {
	p := one.shopper
	return rescue.Sale{
		Merchant: w.account.Merchant.ID, Origin: "https://shop.example", Kind: one.kind, Source: rescue.Website,
		Reference: one.named, Amount: one.amount, Capture: true, Recurring: one.series, Declined: true,
		Answer: rescue.Answer{
			Code: said.NetworkCode, Source: "visa", Processor: "shop", AVS: said.AVS, CVV: said.CVVResult, ECI: said.ECI,
		},
		Transaction: ask.Reference, Token: p.token, Card: rescue.CardFacts{Country: p.country.code}, CVV: one.cvv, Phone: p.phone != "",
		Descriptor: ask.Descriptor, Customer: vault.Customer{Email: p.email, Phone: p.phone}, Billing: p.billing, SenseKey: seen, At: w.now(),
	}
}

// answer is what a shopper does about a challenge.
func (w *world) answer(ctx context.Context, one *declined, v rescue.View) {
	w.Helper()
	if one.says == never {
		return
	}
	asked, err := w.rescues.Answer(ctx, v.Key, one.says != refuses, "Was it you?", "203.0.113.0/24")
	w.must(err)
	if asked.Status() != rescue.StatusChallenge || asked.Paid == nil || one.says == leaves {
		return
	}
	decision := "confirm"
	if one.says == fails {
		decision = "refuse"
	}
	response, err := asIs.PostForm(asked.Paid.ChallengeURL, url.Values{"decision": {decision}})
	w.must(err)
	w.must(response.Body.Close())
	_, err = w.rescues.Returned(ctx, w.account.Merchant.ID, v.ID, path.Base(response.Header.Get("Location")))
	w.must(err)
}

// tells are the traces of automation that a visit leaves.
var tells = map[visit][]any{
	clean: nil, doubtful: {"webdriver", "zone"}, robot: {"webdriver", "headless", "patched", "own", "zone", "system"},
}

// visit has the shop's page watch the shopper, and gives its sense key; empty when the shop
// has no collector, or nobody was there.
func (w *world) visit(ctx context.Context, one *declined) string {
	w.Helper()
	if one.visit == unseen {
		return ""
	}
	key, nonce, err := w.senses.Begin(ctx, w.account.Merchant.ID, w.account.Site.ID, "")
	w.must(err)
	// What a device is does not change from visit to visit; how long it takes to tell does.
	of := rand.New(rand.NewPCG(uint64(one.shopper.device), 1))
	signals := map[string]sense.Signal{}
	for name, value := range map[string]any{
		"platform": []string{"Win32", "MacIntel", "iPhone"}[of.IntN(3)], "cores": float64(4 + 2*of.IntN(4)), "brands": []any{"Google Chrome 156", "desktop"},
		"canvas": fmt.Sprintf("%08x", of.Uint32()), "screen": []any{float64(1000 + of.IntN(2000)), float64(700 + of.IntN(700)), 24.0},
		"timeZone": one.shopper.country.zone, "languages": []any{one.shopper.country.language}, "automation": tells[one.visit],
	} {
		signals[name] = sense.Signal{Value: value, Millis: rand.Float64() * 9}
	}
	w.must(w.senses.Observe(ctx, sense.Batch{SenseKey: key, Nonce: nonce, Signals: signals, Done: true, Network: "203.0.113.0/24"}))
	return key
}
