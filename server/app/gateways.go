package app

import (
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/sandbox"
	"github.com/paywicket/paywicket/internal/processor/stripe"
)

// processorLife bounds a call to a processor beyond any budget.
const processorLife = 90 * time.Second

// ProcessorNames are what processors can be called.
var ProcessorNames = []string{"stripe", "sandbox", "sandbox-2", "sandbox-3", "sandbox-4"}

// gateways are the processors that are set up, in the order in which they are asked.
type gateways []processor.Gateway

func (a *App) openGateways() (gateways, error) {
	client := egress.Policy{Loopback: a.config.Loopback}.Client(processorLife)
	var all gateways
	if a.config.StripeKey != "" {
		g, err := stripe.New(a.config.StripeKey, stripe.API, client)
		if err != nil {
			return nil, err
		}
		all = append(all, &processor.Breaker{Gateway: g, Now: clock})
	}
	if a.config.ProcessorURL == "" {
		return all, nil
	}
	for i, url := range append([]string{a.config.ProcessorURL}, a.config.FallbackURLs...) {
		g, err := sandbox.New(url, client)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			g.Label = fmt.Sprintf("sandbox-%d", i+1)
		}
		all = append(all, &processor.Breaker{Gateway: g, Now: clock})
	}
	return all, nil
}

func (g gateways) byName() map[string]processor.Gateway {
	all := make(map[string]processor.Gateway, len(g))
	for _, one := range g {
		all[one.Name()] = one
	}
	return all
}

func (g gateways) abilities() []checkout.Processor {
	var all []checkout.Processor
	for _, one := range g {
		all = append(all, checkout.Processor{Name: one.Name(), Can: one.Abilities()})
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
