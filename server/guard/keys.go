// Package guard decides who may call: keys of merchants' servers and pages, and
// the origins that may frame a checkout or talk to it.
package guard

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/server/wire"
)

// Keys lets a request pass whose Authorization header carries a good key of one
// of the roles. A key in the query string is refused even if it is good: query
// strings end up in logs and histories (OWASP ASVS 5.0, 14.2.1). A secret key from
// a browser is refused too: its page's visitors would have it.
func Keys(merchants *merchant.Service, log *slog.Logger, roles ...merchant.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if keyInQuery(c) {
			return wire.Fail(c, log, fault.New(fault.Invalid, "Send your key in the header Authorization: Bearer …, never in the address. Consider that key known to others and replace it."))
		}
		text, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
		if !ok || text == "" {
			return wire.Fail(c, log, fault.New(fault.Unauthenticated, "Send your secret key in the header Authorization: Bearer sk_test_…"))
		}
		credential, err := merchants.Authenticate(c.UserContext(), strings.Clone(text))
		if err != nil {
			return wire.Fail(c, log, err)
		}
		if !slices.Contains(roles, credential.Role) {
			return wire.Fail(c, log, fault.New(fault.Forbidden, "This kind of key may not do that. Use your secret key, from your server."))
		}
		// Every browser sends Sec-Fetch-Site and no server's HTTP client does.
		if credential.Role == merchant.Secret && c.Get("Sec-Fetch-Site") != "" {
			log.Warn("a secret key was used from a browser", "merchant", credential.Merchant, "key", credential.ID)
			return wire.Fail(c, log, fault.New(fault.Forbidden, "A secret key was sent from a browser, where every visitor can read it. Call from your server, and replace this key."))
		}
		wire.SetCaller(c, credential)
		return c.Next()
	}
}

// keyInQuery tells whether a query parameter holds what looks like a key.
func keyInQuery(c *fiber.Ctx) bool {
	found := false
	c.Context().QueryArgs().VisitAll(func(_, value []byte) {
		text := string(value)
		found = found || strings.HasPrefix(text, "sk_") || strings.HasPrefix(text, "Bearer ")
	})
	return found
}
