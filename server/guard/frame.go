package guard

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
)

// Headers are what every answer carries unless its route says otherwise: nothing
// may be loaded, framed, cached, guessed at or told to the next site.
func Headers(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, permissions)
	return c.Next()
}

// permissions turns off what no page here needs. Payment and passkeys stay for
// the page itself: the checkout may need them.
const permissions = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), " +
	"gyroscope=(), magnetometer=(), microphone=(), midi=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=(), payment=(self), publickey-credentials-get=(self)"

// Frame is what a page that may be framed needs in its headers.
type Frame struct {
	Ancestors []string // exact origins that may frame it; none for nobody
	Children  []string // exact origins it may frame beside its own
	Nonce     string   // what its own scripts and styles carry
	Forms     bool     // it has forms, which go to its own origin
}

// NewNonce makes the nonce of one page view: 128 random bits.
func NewNonce() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Set puts the frame's content security policy on the answer. Nothing loads but
// scripts and styles that carry the nonce; scripts reach no origin but ours; no
// string becomes script but the name of one of ours (Trusted Types); the listed origins alone may frame it.
func (f Frame) Set(c *fiber.Ctx) {
	ancestors := "'none'"
	if len(f.Ancestors) > 0 {
		// 'self' is there for the issuer's return page, which stands in a frame of
		// our own within the merchant's.
		ancestors = "'self' " + strings.Join(f.Ancestors, " ")
	}
	forms := "'none'"
	if f.Forms {
		forms = "'self'"
	}
	c.Set(fiber.HeaderContentSecurityPolicy, strings.Join([]string{
		"default-src 'none'",
		"script-src 'nonce-" + f.Nonce + "' 'strict-dynamic'",
		"style-src 'nonce-" + f.Nonce + "'",
		"connect-src 'self'",
		"worker-src 'self'",
		"img-src 'self' data:",
		"font-src 'self'",
		strings.TrimSpace("frame-src 'self' " + strings.Join(f.Children, " ")),
		"form-action " + forms,
		"base-uri 'none'",
		"frame-ancestors " + ancestors,
		"require-trusted-types-for 'script'",
		"trusted-types proof", // one script of ours may be run beside the page
	}, "; "))
}

// SameOrigin refuses requests that a browser sends from a page of another origin.
// Requests without the headers come from no browser and are no forgery.
func SameOrigin(c *fiber.Ctx, origin string) error {
	site, from := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
	if site == "same-origin" && from == "null" {
		from = "" // so a form's origin is spelled by a page that tells no referrer (Fetch, section 3.2)
	}
	if site != "" && site != "same-origin" || from != "" && from != origin && from != c.Protocol()+"://"+c.Get(fiber.HeaderHost) {
		return fault.New(fault.Forbidden, "This address only answers the checkout's own page.")
	}
	return nil
}
