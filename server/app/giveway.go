package app

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
)

// giveWay makes batches give way to whoever waits for something to be done. Reading is no
// burden, and who asks for a batch does not wait for its charges.
type giveWay struct{ bulk *bulk.Service }

// Mount watches every request.
func (g giveWay) Mount(router fiber.Router) {
	router.Use(func(c *fiber.Ctx) error {
		if c.Method() != fiber.MethodGet && !strings.HasPrefix(c.Path(), "/v3/bulk-") {
			g.bulk.GiveWay()
		}
		return c.Next()
	})
}
