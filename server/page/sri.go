package page

import (
	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/embed"
)

// loaderIntegrity serves the integrity of the merchant's script as an integrity attribute
// spells it: sha384- and base64 (Subresource Integrity, section 3.5). It changes with
// each release that changes the script, and is as old as the script in caches at most.
func loaderIntegrity(c *fiber.Ctx) error {
	loader, ok := embed.Asset("paywicket.js")
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, shortly)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(loader.Integrity)
}
