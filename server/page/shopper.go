package page

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/appearance"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/language"
)

// shopper is who looks at a checkout: the language and the look that they get, and what of
// it the page around the checkout, or the link to it, asked for.
type shopper struct {
	language.Language
	look       appearance.Appearance
	locale     string   // what a locale that was asked for has led to; empty for none
	appearance string   // likewise, as JSON
	complaints []string // about what was asked for and cannot be had
}

// shopperOf tells who looks at a session's checkout. A locale and an appearance of the
// page's address come before the session's, and that before what the browser says.
func shopperOf(c *fiber.Ctx, v checkout.View, locale, wanted string) shopper {
	r := shopper{
		Language: language.Pick(locale, v.Session.Form.Locale, strings.Clone(c.Get(fiber.HeaderAcceptLanguage))),
		look:     v.Session.Form.Appearance, complaints: []string{},
	}
	if locale != "" {
		r.locale = r.Tag() // what became of it: anything may have been asked for
	}
	if wanted == "" {
		return r
	}
	asked, err := appearance.Parse([]byte(wanted))
	if err != nil {
		f := fault.Of(err)
		r.complaints = append(r.complaints, f.Field+": "+f.Message)
		return r
	}
	if text, err := json.Marshal(asked); err == nil && asked != (appearance.Appearance{}) {
		r.appearance = string(text)
	}
	r.look = asked.Over(r.look)
	return r
}

// asked gives what the address of a page asks for, copied.
func asked(c *fiber.Ctx) (locale, wanted string) {
	return strings.Clone(c.Query("locale")), strings.Clone(c.Query("appearance"))
}

// address is where the checkout's document is for the shopper.
func (r shopper) address(session string) string {
	query := url.Values{}
	if r.locale != "" {
		query.Set("locale", r.locale)
	}
	if r.appearance != "" {
		query.Set("appearance", r.appearance)
	}
	address := "/checkout/" + session
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}
