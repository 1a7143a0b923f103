package page

import (
	"bytes"
	embedded "embed"
	"fmt"
	"html/template"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/guard"
)

//go:embed document.html form.html marks.html
var documentTexts embedded.FS

var document = template.Must(template.New("document.html").Funcs(template.FuncMap{"marks": marks}).ParseFS(documentTexts, "*.html"))

// marks is where the schemes' marks are, loaded when the first one is shown.
func marks() string {
	file, _ := embed.Asset("marks.svg")
	return file.Path
}

// The checkout's style and script stand in the document: a shopper can type after one
// round trip.
var (
	style  = sync.OnceValue(func() template.CSS { return template.CSS(inlined("checkout.css", "</style")) })
	script = sync.OnceValue(func() template.JS { return template.JS(inlined("checkout.js", "</script")) })
)

// inlined gives an asset's text, without what would end the element that it stands in. A
// backslash more means the same in the strings of both languages, and nowhere else does an
// end tag occur. (What begins a comment of HTML's may not stand there at all: a test looks.)
func inlined(name, end string) string {
	file, ok := embed.Asset(name)
	if !ok {
		panic("page: no asset " + name + ": run go run ./frontend/build")
	}
	return strings.ReplaceAll(string(file.Body), end, `<\/`+end[2:])
}

// show serves the checkout's document.
func (p *Pages) show(c *fiber.Ctx) error {
	v, err := p.find(c)
	if err != nil {
		return p.unknown(c, err)
	}
	return p.document(c, v)
}

// document serves the document of a session.
func (p *Pages) document(c *fiber.Ctx, v checkout.View) error {
	locale, wanted := asked(c)
	shown, err := p.fill(c, v, shopperOf(c, v, locale, wanted))
	if err != nil {
		return err
	}
	if shown.Phase == challengePhase && c.Query("card") == "other" {
		shown.Phase = formPhase // without script this is the way out of the issuer's page; the next card ends that
	}
	return p.render(c, fiber.StatusOK, v.Site.Origins, shown)
}

// unknown says that there is no such checkout. It has no site, so nobody may frame the page
// that says so.
func (p *Pages) unknown(c *fiber.Ctx, err error) error {
	if fault.CodeOf(err) != fault.NotFound {
		return err
	}
	locale, wanted := asked(c)
	r := shopperOf(c, checkout.View{}, locale, wanted)
	shown := blank(r)
	shown.Script = "" // there is nothing for it to do
	shown.Phase, shown.Notice, shown.Title, shown.Framed = nonePhase, r.Say("page.unknown"), r.Say("page.unknown"), framed(c)
	return p.render(c, fiber.StatusNotFound, nil, shown)
}

// render sends the document.
func (p *Pages) render(c *fiber.Ctx, status int, ancestors []string, shown view) error {
	shown.Nonce = guard.NewNonce()
	var out bytes.Buffer
	if err := document.Execute(&out, shown); err != nil {
		return fmt.Errorf("page: document: %w", err)
	}
	guard.Frame{Ancestors: ancestors, Children: append([]string{p.Origin}, p.Challenges...), Nonce: shown.Nonce, Forms: true}.Set(c)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return sendCompressed(c.Status(status), out.Bytes())
}
