package app

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/flexcharge"
	"github.com/paywicket/paywicket/internal/processor/flutterwave"
	"github.com/paywicket/paywicket/internal/processor/sandbox"
	"github.com/paywicket/paywicket/internal/processor/stripe"
)

// processorLife bounds a call to a processor beyond any budget.
const processorLife = 90 * time.Second

// ProcessorNames are what processors can be called.
var ProcessorNames = []string{"stripe", "flutterwave", "sandbox", "sandbox-2", "sandbox-3", "sandbox-4", "flexcharge"}

// gateways are the processors that are set up, in the order in which they are asked.
type gateways []processor.Gateway

func (a *App) openGateways() (gateways, error) {
	client := egress.Policy{Loopback: a.config.Loopback}.Client(processorLife)
	var all gateways
	var failed error
	add := func(g processor.Gateway, err error) {
		all, failed = append(all, g), errors.Join(failed, err)
	}
	if key := a.config.StripeKey; key != "" {
		add(stripe.New(key, stripe.API, client))
	}
	if f := a.config.Flutterwave; f.Key != "" {
		add(flutterwave.New(f.Key, cmp.Or(f.URL, flutterwave.API), client))
	}
	if a.config.ProcessorURL != "" {
		for i, url := range append([]string{a.config.ProcessorURL}, a.config.FallbackURLs...) {
			g, err := sandbox.New(url, client)
			if i > 0 && err == nil {
				g.Label = fmt.Sprintf("sandbox-%d", i+1)
			}
			add(g, err)
		}
	}
	if f := a.config.FlexCharge; f.AppKey != "" {
		account := flexcharge.Account{AppKey: f.AppKey, AppSecret: f.AppSecret, MID: f.MID, SiteID: f.SiteID, TokenizationKey: f.TokenizationKey}
		add(flexcharge.New(account, cmp.Or(f.URL, flexcharge.API), client, clock))
	}
	return all, failed
}

// byName gives each, left alone while it does not answer.
func (g gateways) byName() map[string]processor.Gateway {
	all := make(map[string]processor.Gateway, len(g))
	for _, one := range g {
		all[one.Name()] = &processor.Breaker{Gateway: one, Now: clock}
	}
	return all
}

func (g gateways) abilities() []checkout.Processor {
	var all []checkout.Processor
	for _, one := range g {
		vault, _ := one.(processor.Vault)
		all = append(all, checkout.Processor{Name: one.Name(), Can: one.Abilities(), Vault: vault})
	}
	return all
}

// models gives those that learn from what became of payments.
func (g gateways) models() map[string]processor.Model {
	all := map[string]processor.Model{}
	for _, one := range g {
		if model, ok := one.(processor.Model); ok {
			all[one.Name()] = model
		}
	}
	return all
}

func (g gateways) challengeOrigins() []string {
	var all []string
	for _, one := range g {
		all = append(all, one.ChallengeOrigins()...)
	}
	return all
}
