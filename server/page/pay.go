package page

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/server/guard"
	"github.com/paywicket/paywicket/server/wire"
)

// Limits of bodies from browsers, in bytes.
const (
	maxCardBody  = 16 << 10
	maxSenseBody = 32 << 10
)

// pay takes a card. The handler owns the number from the body's bytes to the
// wipe; Submit returns only when both legs are done with it.
func (p *Pages) pay(c *fiber.Ctx) error {
	defer wire.WipeBody(c)
	id, err := session(c)
	if err == nil {
		err = guard.SameOrigin(c, p.Origin)
	}
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	body, err := wire.Body(c, maxCardBody)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	card, err := wire.ReadCard(body)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	defer card.Wipe()
	// A payment that was begun is finished, whether or not the shopper waits.
	v, err := p.Checkout.Submit(context.WithoutCancel(c.UserContext()), id, card)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	return answer(c, v)
}

// result tells what came of the session's newest payment.
func (p *Pages) result(c *fiber.Ctx) error {
	v, err := p.find(c)
	if err == nil && v.Latest == nil {
		err = fault.New(fault.NotFound, "Nothing has been paid here yet.")
	}
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	return answer(c, v)
}

// observe takes in what the collector saw.
func (p *Pages) observe(c *fiber.Ctx) error {
	if err := guard.SameOrigin(c, p.Origin); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	body, err := wire.Body(c, maxSenseBody)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	var sent SenseBatch
	if err := wire.Decode(body, &sent); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	if err := p.Sense.Observe(c.UserContext(), sent.batch()); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// batch gives the wire's batch to the domain.
func (b SenseBatch) batch() sense.Batch {
	out := sense.Batch{SenseKey: b.SenseKey, Signals: make(map[string]sense.Signal, len(b.Signals))}
	for name, s := range b.Signals {
		out.Signals[name] = sense.Signal(s)
	}
	for _, e := range b.Events {
		out.Events = append(out.Events, sense.Event(e))
	}
	return out
}
