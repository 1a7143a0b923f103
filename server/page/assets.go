package page

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/embed"
)

// The life of assets. A hashed name never changes its content; the loader's name
// stays while its content changes, so browsers ask again after five minutes.
const (
	immutable = "public, max-age=31536000, immutable"
	shortly   = "public, max-age=300"
)

// mountAssets serves the built front end, compressed when it was built.
func mountAssets(router fiber.Router) {
	for _, file := range embed.All() {
		router.Get(file.Path, serve(file))
	}
}

func serve(file embed.File) fiber.Handler {
	life := shortly
	if strings.HasPrefix(file.Path, "/assets/") && file.Name != "notices.txt" {
		life = immutable
	}
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, life)
		c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
		// A merchant's page loads the loader, and checks its integrity, from
		// another origin.
		c.Set("Cross-Origin-Resource-Policy", "cross-origin")
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		encoding, body := preferred(c), file.Body
		switch encoding {
		case "br":
			body = file.Brotli
		case "gzip":
			body = file.Gzip
		}
		// A strong validator names the bytes that are sent, so each encoding has its
		// own (RFC 9110, 8.8.3.3).
		tag := `"` + file.Hash + "-" + encoding + `"`
		c.Set(fiber.HeaderETag, tag)
		if match := c.Get(fiber.HeaderIfNoneMatch); match == "*" || strings.Contains(match, tag) {
			return c.SendStatus(fiber.StatusNotModified)
		}
		c.Set(fiber.HeaderContentType, file.ContentType)
		if encoding != "identity" {
			c.Set(fiber.HeaderContentEncoding, encoding)
		}
		return c.Send(body)
	}
}
