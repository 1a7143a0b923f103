package wire

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Address is where a request comes from. Behind a proxy that is what the proxy added last
// to X-Forwarded-For: whatever stands before, anybody may have written.
func Address(c *fiber.Ctx, proxied bool) string {
	if proxied {
		forwarded := c.Get(fiber.HeaderXForwardedFor)
		if last := strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:]); last != "" {
			return strings.Clone(last)
		}
	}
	return c.Context().RemoteIP().String()
}
