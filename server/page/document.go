package page

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/server/guard"
)

//go:embed document.html
var documentText string

var document = template.Must(template.New("document").Parse(documentText))

// sheet is what the document's template is filled with.
type sheet struct {
	Title   string
	Nonce   string
	Data    string   // PageData as JSON; empty when there is no session to show
	Problem string   // what to say instead
	Style   string   // asset names
	Scripts []string // asset names
}

// Asset gives the template an asset by name.
func (sheet) Asset(name string) (embed.File, error) {
	file, ok := embed.Asset(name)
	if !ok {
		return file, fmt.Errorf("page: no asset %s: run go run ./frontend/build", name)
	}
	return file, nil
}

// show serves the frame's document. A session that cannot be found has no site,
// so nobody may frame the page that says so.
func (p *Pages) show(c *fiber.Ctx) error {
	v, err := p.find(c)
	if err != nil {
		if f := fault.Of(err); f.Code == fault.NotFound {
			return p.render(c, fiber.StatusNotFound, nil, sheet{Title: "Checkout", Problem: f.Message, Style: "checkout.css"})
		}
		return err
	}
	return p.document(c, v)
}

// document serves the document of a session.
func (p *Pages) document(c *fiber.Ctx, v checkout.View) error {
	var err error
	shown := p.data(v)
	if shown.SenseNonce, err = p.Sense.NewPage(shown.SenseKey, sense.Frame); err != nil {
		p.Log.Warn("a page gets no nonce for what it sees", "error", err)
	}
	if worker, ok := embed.Asset("proof.js"); ok {
		shown.Proof = worker.Path
	}
	data, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	return p.render(c, fiber.StatusOK, v.Site.Origins, sheet{
		Title: "Pay " + v.Merchant.Name, Data: string(data), Style: "checkout.css", Scripts: []string{"checkout.js", "seen.js"},
	})
}

func (p *Pages) render(c *fiber.Ctx, status int, ancestors []string, s sheet) error {
	s.Nonce = guard.NewNonce()
	var out bytes.Buffer
	if err := document.Execute(&out, s); err != nil {
		return err
	}
	guard.Frame{Ancestors: ancestors, Children: append([]string{p.Origin}, p.Challenges...), Nonce: s.Nonce}.Set(c)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(status).Send(out.Bytes())
}
