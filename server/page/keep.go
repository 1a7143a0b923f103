package page

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
)

// keep serves the keeper: a page in whose memory the checkout's frame keeps what was typed
// while it is taken away and put back. Only pages of the session's site may frame it, and
// only frames of our own origin reach into it. Nothing is sent to the server from here.
func (p *Pages) keep(c *fiber.Ctx) error {
	v, err := p.find(c)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return p.renderHidden(c, fiber.StatusNotFound, "'none'", "keep.js", hidden{Title: "Nothing to keep"})
	}
	if err != nil {
		return err
	}
	return p.renderHidden(c, fiber.StatusOK, strings.Join(v.Site.Origins, " "), "keep.js", hidden{Title: "What was typed"})
}
