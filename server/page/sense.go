package page

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/server/wire"
)

// openVisit gives a page of a merchant's site a sense key. Only the site's own origins are
// given one, and may read it.
func (p *Pages) openVisit(c *fiber.Ctx) error {
	var in VisitRequest
	body, err := wire.PlainBody(c, maxSenseBody)
	if err == nil {
		err = wire.Decode(body, &in)
	}
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	opened, origin, err := p.begin(c, in)
	if origin != "" {
		c.Set(fiber.HeaderAccessControlAllowOrigin, origin)
		c.Vary(fiber.HeaderOrigin)
	}
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	return wire.Answer(c, fiber.StatusOK, opened)
}

// begin gives the visit, and the origin that may read it.
func (p *Pages) begin(c *fiber.Ctx, in VisitRequest) (VisitOpened, string, error) {
	if !id.Valid(id.Merchant, in.Merchant) || in.Site != "" && !id.Valid(id.Site, in.Site) {
		return VisitOpened{}, "", fault.Field("merchant", "There is no such merchant or site.")
	}
	account, err := p.Merchants.FindMerchant(c.UserContext(), in.Merchant)
	if err != nil {
		return VisitOpened{}, "", err
	}
	site, err := p.Merchants.FindSite(c.UserContext(), in.Merchant, in.Site)
	if err != nil {
		return VisitOpened{}, "", err
	}
	origin := c.Get(fiber.HeaderOrigin)
	if !slices.Contains(site.Origins, origin) {
		return VisitOpened{}, "", fault.New(fault.Forbidden, "This page's origin is none of the site's. Add it to the site.")
	}
	key, nonce, err := p.Sense.Begin(c.UserContext(), in.Merchant, site.ID, in.SenseKey)
	return VisitOpened{SenseKey: key, Nonce: nonce, Off: listed(account.Guard.SignalsOff)}, origin, err
}

// observe takes in what a collector saw. The nonce says which page it was given to, so any
// origin may send it; the answer tells nothing.
func (p *Pages) observe(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	body, err := wire.PlainBody(c, maxSenseBody)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	var sent SenseBatch
	if err := wire.Decode(body, &sent); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	batch := sent.batch()
	batch.Network = sense.Network(wire.Address(c, p.Proxied))
	if err := p.Sense.Observe(c.UserContext(), batch); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// batch gives the wire's batch to the domain.
func (b SenseBatch) batch() sense.Batch {
	out := sense.Batch{SenseKey: b.SenseKey, Nonce: b.Nonce, Done: b.Done, Signals: make(map[string]sense.Signal, len(b.Signals))}
	for name, s := range b.Signals {
		out.Signals[name] = sense.Signal(s)
	}
	for _, e := range b.Events {
		out.Events = append(out.Events, sense.Event(e))
	}
	return out
}
