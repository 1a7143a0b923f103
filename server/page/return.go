package page

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// returned serves the page an issuer sends the shopper back to, in its frame
// within ours. The processor has been asked what became of the payment by the
// time the page tells the checkout to look. The way back is good once: who comes again
// is told so, and nothing is asked.
func (p *Pages) returned(c *fiber.Ctx) error {
	name, err := session(c)
	if err != nil {
		return err
	}
	v, err := p.Checkout.Returned(c.UserContext(), name, strings.Clone(c.Params("key")))
	if err != nil && fault.CodeOf(err) == fault.Gone {
		return p.render(c, fiber.StatusGone, v.Site.Origins, sheet{Title: "Go back to the checkout", Problem: fault.Of(err).Message, Style: "checkout.css"})
	}
	if err != nil {
		return err
	}
	return p.render(c, fiber.StatusOK, v.Site.Origins, sheet{
		Title: "One moment", Problem: "One moment…", Style: "checkout.css", Scripts: []string{"challenge-return.js"},
	})
}

// goOn sends the shopper of a payment without a checkout on to the merchant, after the
// processor has been asked what became of it. The merchant's server asks for that, or is
// told by webhook; the address only says which payment it is.
func (p *Pages) goOn(c *fiber.Ctx) error {
	merchant, name := strings.Clone(c.Params("merchant")), strings.Clone(c.Params("payment"))
	if !id.Valid(id.Merchant, merchant) || !id.Valid(id.Payment, name) {
		return fault.New(fault.NotFound, "There is no such payment.")
	}
	found, err := p.Payments.Find(c.UserContext(), merchant, name)
	if err != nil || found.Session != "" {
		return fault.New(fault.NotFound, "There is no such payment.")
	}
	if _, err = p.Payments.Returned(c.UserContext(), found, strings.Clone(c.Params("key")), "shopper "+name); err != nil && fault.CodeOf(err) != fault.Conflict {
		return err
	}
	back, err := url.Parse(found.Terms.ReturnURL)
	if err != nil || found.Terms.ReturnURL == "" {
		return p.render(c, fiber.StatusOK, nil, sheet{Title: "Thank you", Problem: "Thank you. You can close this page.", Style: "checkout.css"})
	}
	query := back.Query()
	query.Set("payment", name)
	back.RawQuery = query.Encode()
	return c.Redirect(back.String(), fiber.StatusSeeOther)
}
