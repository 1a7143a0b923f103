package flutterwave

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
)

// Accounts finds merchants; the store does.
type Accounts interface {
	FindMerchant(ctx context.Context, merchant string) (merchant.Merchant, error)
}

// noAccess is the one refusal of keys that are missing, wrong, or of another role.
var noAccess = fault.New(fault.Unauthenticated, "Authorization required")

// caller gives the credential of a request's secret key. One from a browser is refused: its
// page's visitors would have it, and every browser sends Sec-Fetch-Site, which no server does.
func (a *API) caller(c *fiber.Ctx) (merchant.Credential, error) {
	key, err := secretKey(c)
	if err != nil {
		return merchant.Credential{}, err
	}
	credential, err := a.Merchants.Authenticate(c.UserContext(), key)
	switch {
	case err != nil && fault.CodeOf(err) == fault.Unauthenticated, err == nil && credential.Role != merchant.Secret:
		return merchant.Credential{}, noAccess
	case err != nil:
		return merchant.Credential{}, err
	case c.Get("Sec-Fetch-Site") != "":
		a.Log.Warn("a secret key was used from a browser", "merchant", credential.Merchant, "key", credential.ID)
		return merchant.Credential{}, fault.New(fault.Forbidden, "A secret key was sent from a browser, where every visitor can read it. Call from your server, and replace this key.")
	}
	return credential, nil
}

// secretKey gives the key that a request presents, copied: fiber reuses its buffers.
func secretKey(c *fiber.Ctx) (string, error) {
	key, err := keyIn(c.Get(fiber.HeaderAuthorization))
	return strings.Clone(key), err
}

// keyIn gives the key of a header Authorization.
func keyIn(authorization string) (string, error) {
	scheme, key, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	if key = strings.TrimSpace(key); !strings.EqualFold(scheme, "Bearer") || key == "" {
		return "", noAccess
	}
	return key, nil
}
