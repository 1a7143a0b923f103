package page

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/appearance"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/server/wire"
)

// maxChoiceBody bounds a question about a card, in bytes.
const maxChoiceBody = 256

// The digits that say of which brands a card is: no more of them may come (PCI DSS 3.4.1
// lets eight be shown).
const (
	leastBIN = 6
	mostBIN  = 8
)

// networks tells the brands that a card bears, by its first digits, when there are more than
// one: the shopper may choose.
func (p *Pages) networks(c *fiber.Ctx) error {
	defer wire.WipeBody(c) // whatever was sent
	v, err := p.findForPage(c)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	body, err := wire.Body(c, maxChoiceBody)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	var asked NetworksRequest
	if err := wire.Decode(body, &asked); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	if len(asked.BIN) < leastBIN || strings.Trim(asked.BIN, "0123456789") != "" {
		return wire.Fail(c, p.Log, fault.Field("bin", "Send the card's first %d to %d digits.", leastBIN, mostBIN))
	}
	found := NetworksFound{Networks: []string{}}
	for _, brand := range p.Checkout.Networks(v.Merchant, asked.BIN) {
		found.Networks = append(found.Networks, string(brand))
	}
	return wire.Answer(c, fiber.StatusOK, found)
}

// forget takes a saved card out of what its customer is offered.
func (p *Pages) forget(c *fiber.Ctx) error {
	v, err := p.findForPage(c)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	token, err := id.ParseToken(strings.Clone(c.Params("token")))
	if err != nil {
		return wire.Fail(c, p.Log, fault.New(fault.NotFound, "There is nothing of that id here."))
	}
	if err := p.Checkout.ForgetCard(context.WithoutCancel(c.UserContext()), v.Session.ID, token); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// restyle serves the style sheet of an appearance laid over the session's own, for a page
// that changes how the checkout looks while it is there.
func (p *Pages) restyle(c *fiber.Ctx) error {
	v, err := p.find(c)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	look := v.Session.Form.Appearance
	if _, wanted := asked(c); wanted != "" {
		over, err := appearance.Parse([]byte(wanted))
		if err != nil {
			return wire.Fail(c, p.Log, err)
		}
		look = over.Over(look)
	}
	c.Set(fiber.HeaderContentType, "text/css; charset=utf-8")
	return c.SendString(look.CSS())
}
