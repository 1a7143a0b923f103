package page

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/server/guard"
	"github.com/paywicket/paywicket/server/wire"
)

// Limits of bodies from browsers, in bytes.
const (
	maxCardBody  = 16 << 10
	maxSenseBody = 32 << 10
)

// The headers of a puzzle that a browser is given, and of what it worked out.
const (
	puzzleHeader = "Paywicket-Puzzle"
	proofHeader  = "Paywicket-Proof"
)

// pay takes what a shopper typed. The handler owns the number from the body's bytes to the
// wipe; Submit returns only when both legs are done with it.
func (p *Pages) pay(c *fiber.Ctx) error {
	defer wire.WipeBody(c)
	v, err := p.findForPage(c)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	body, err := wire.Body(c, maxCardBody)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	typed, err := wire.ReadTyped(body)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	defer typed.Wipe()
	locale, _ := asked(c)
	// A payment that was begun is finished, whether or not the shopper waits.
	v, err = p.Checkout.Submit(context.WithoutCancel(c.UserContext()), v.Session.ID, submission(v, shopperOf(c, v, locale, ""), typed), p.client(c))
	if unproven, ok := errors.AsType[*risk.Unproven](err); ok {
		c.Set(puzzleHeader, unproven.Puzzle)
	}
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	return answer(c, v)
}

// findForPage gives the view of the path's session to a page of ours, and to no other.
func (p *Pages) findForPage(c *fiber.Ctx) (checkout.View, error) {
	if err := guard.SameOrigin(c, p.Origin); err != nil {
		return checkout.View{}, err
	}
	return p.find(c)
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
