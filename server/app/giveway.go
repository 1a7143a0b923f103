package app

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
)

// giveWay makes batches give way to whoever waits for a payment. Only what was paid counts:
// anybody can ask, and nobody is to slow batches down by that.
type giveWay struct{ bulk *bulk.Service }

// Mount watches every request.
func (g giveWay) Mount(router fiber.Router) {
	router.Use(func(c *fiber.Ctx) error {
		err := c.Next()
		if err == nil && c.Method() == fiber.MethodPost && c.Response().StatusCode() < fiber.StatusMultipleChoices && pays(c.Path()) {
			g.bulk.GiveWay()
		}
		return err
	})
}

// pays tells whether a path is one at which somebody waits for a payment.
func pays(path string) bool {
	return strings.HasPrefix(path, "/checkout/") && strings.HasSuffix(path, "/pay") ||
		slices.Contains([]string{"/v1/payments", "/v1/evaluate", "/v3/tokenized-charges", "/v3/charges", "/v3/validate-charge"}, path)
}
