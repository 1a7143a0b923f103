package app

import (
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/sandbox"
)

// processorLife bounds a call to a processor beyond any budget.
const processorLife = 90 * time.Second

// gateways are the processors that are set up, in the order in which they are asked.
type gateways []processor.Gateway

func (a *App) openGateways() (gateways, error) {
	client := egress.Policy{Loopback: a.config.Loopback}.Client(processorLife)
	g, err := sandbox.New(a.config.ProcessorURL, client)
	if err != nil {
		return nil, err
	}
	return gateways{g}, nil
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
