// Package docs serves what is there to read: the OpenAPI file and the pages that
// a newcomer needs first.
//
//	GET /docs             where to start
//	GET /docs/embedding   how a page shows the checkout
//	GET /docs/test-cards  the sandbox's cards and amounts
//	GET /docs/collected   what is collected of a shopper's device
//	GET /docs/page        how the payment page is kept whole
//	GET /docs/rescue      what is done about declines
//	GET /openapi.json     every route, for tools
package docs

import (
	"bytes"
	_ "embed"
	"html/template"

	"github.com/gofiber/fiber/v2"

	embedded "github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/server/guard"
	"github.com/paywicket/paywicket/server/sandbox"
)

// OpenAPI is the description of every route (OpenAPI 3.1), kept by hand. A test
// fails when it and the routes disagree.
//
//go:embed openapi.json
var OpenAPI []byte

//go:embed pages.html
var pagesText string

var pages = template.Must(template.New("pages").Parse(pagesText + embeddingText + rescueText + pageText))

//go:embed page.html
var pageText string

// Docs serves the documents.
type Docs struct{}

// Mount names the routes.
func (Docs) Mount(router fiber.Router) {
	router.Get("/openapi.json", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		return c.Send(OpenAPI)
	})
	router.Get("/docs", show("start", nil))
	router.Get("/docs/collected", show("collected", map[string]any{"Signals": embedded.Signals()}))
	router.Get("/docs/embedding", show("embedding", embeddingPage()))
	router.Get("/docs/page", show("page", nil))
	router.Get("/docs/rescue", show("rescue", rescuePage()))
	router.Get("/docs/test-cards", show("test-cards", map[string]any{"Cards": sandbox.TestCards, "Amounts": sandbox.TestAmounts, "Moods": sandbox.Moods}))
}

// show serves one page. Its only style is inline and carries a nonce.
func show(name string, data map[string]any) fiber.Handler {
	return func(c *fiber.Ctx) error {
		fill := map[string]any{"Nonce": guard.NewNonce()}
		for key, value := range data {
			fill[key] = value
		}
		var out bytes.Buffer
		if err := pages.ExecuteTemplate(&out, name, fill); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'nonce-"+fill["Nonce"].(string)+"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Send(out.Bytes())
	}
}
