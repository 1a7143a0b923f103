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
	"github.com/paywicket/paywicket/server/guard"
)

//go:embed hidden.html
var hiddenText string

var hiddenDocument = template.Must(template.New("hidden").Parse(hiddenText))

// hidden is what the pages are filled with that nobody sees: the diagnosis and the keeper.
type hidden struct {
	Title  string
	Nonce  string
	Data   string      // JSON for the script; empty for none
	Script template.JS // whole, so that one answer is all it takes
}

// diagnosis is what the diagnosis carries for its script. See frontend/why/answer.ts.
type diagnosis struct {
	Code    string   `json:"code"`    // ok | session_unknown | session_used | session_expired
	Origins []string `json:"origins"` // of the session's site; null when there is no session
}

// why serves the diagnosis of a checkout that is not shown. Any page may frame it, as it is
// there for pages that may not frame the checkout: its script tells them which of a few
// reasons it is, and a page of another site only that. It shows nothing and takes nothing.
func (p *Pages) why(c *fiber.Ctx) error {
	known := diagnosis{Code: "session_unknown"}
	v, err := p.find(c)
	switch {
	case err != nil && fault.CodeOf(err) != fault.NotFound:
		return err
	case err == nil:
		known = diagnosis{Code: "ok", Origins: v.Site.Origins}
		switch v.Status(p.Now()) {
		case checkout.Completed:
			known.Code = "session_used"
		case checkout.Expired:
			known.Code = "session_expired"
		}
	}
	data, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return p.renderHidden(c, fiber.StatusOK, "*", "why.js", hidden{Title: "Why there is no checkout", Data: string(data)})
}

// renderHidden sends a page of one script, which ancestors, a list of sources, may frame.
func (p *Pages) renderHidden(c *fiber.Ctx, status int, ancestors, script string, page hidden) error {
	file, ok := embed.Asset(script)
	if !ok {
		return fmt.Errorf("page: no asset %s: run go run ./frontend/build", script)
	}
	page.Nonce, page.Script = guard.NewNonce(), template.JS(file.Body)
	var out bytes.Buffer
	if err := hiddenDocument.Execute(&out, page); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'nonce-"+page.Nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors "+ancestors+"; require-trusted-types-for 'script'; trusted-types 'none'")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(status).Send(out.Bytes())
}
