package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/server/guard"
)

//go:embed notice.html
var noticeText string

var noticeDocument = template.Must(template.New("notice").Parse(noticeText))

// notice is what the template of a small page beside the checkout is filled with. All that
// it says is its title.
type notice struct {
	view
	Link    string // where to go on; empty for nowhere
	Scripts []embed.File
}

// returned takes a shopper in whom the issuer's page sends back. The processor has been
// asked what became of the payment by then. In its frame within ours, the page tells the
// checkout to look, by script or by a link; else it makes way for the checkout. The way back
// is good once: who comes again is told so, and nothing is asked.
func (p *Pages) returned(c *fiber.Ctx) error {
	name, err := session(c)
	if err != nil {
		return p.unknown(c, err)
	}
	v, err := p.Checkout.Returned(c.UserContext(), name, strings.Clone(c.Params("key")))
	gone := fault.CodeOf(err) == fault.Gone
	if err != nil && !gone {
		return p.unknown(c, err)
	}
	r := shopperOf(c, v, "", "")
	if gone {
		return p.say(c, fiber.StatusGone, v.Site.Origins, r, "page.beenHere", "", r.address(name))
	}
	if !framed(c) {
		return c.Redirect(r.address(name), fiber.StatusSeeOther)
	}
	return p.say(c, fiber.StatusOK, v.Site.Origins, r, "page.moment", "challenge-return.js", r.address(name))
}

// say sends a small page that says one thing: a key of the words. script is the name of one,
// or empty.
func (p *Pages) say(c *fiber.Ctx, status int, ancestors []string, r shopper, key, script, link string) error {
	page := notice{view: blank(r), Link: link}
	page.Title, page.Nonce, page.Framed = r.Say(key), guard.NewNonce(), framed(c)
	if file, ok := embed.Asset(script); ok {
		page.Scripts = append(page.Scripts, file)
	}
	var out bytes.Buffer
	if err := noticeDocument.Execute(&out, page); err != nil {
		return fmt.Errorf("page: notice: %w", err)
	}
	guard.Frame{Ancestors: ancestors, Nonce: page.Nonce}.Set(c)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return sendCompressed(c.Status(status), out.Bytes())
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
		locale, _ := asked(c)
		return p.say(c, fiber.StatusOK, nil, shopperOf(c, checkout.View{}, locale, ""), "page.thanks", "", "")
	}
	query := back.Query()
	query.Set("payment", name)
	if p.Back != nil {
		more, err := p.Back(c.UserContext(), merchant, name)
		if err != nil {
			return err
		}
		for field, value := range more {
			query.Set(field, value)
		}
	}
	back.RawQuery = query.Encode()
	return c.Redirect(back.String(), fiber.StatusSeeOther)
}
