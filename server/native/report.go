package native

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/wire"
)

// reportRescue answers with the report on a span of time, as JSON or as CSV.
func (a *API) reportRescue(c *fiber.Ctx) error {
	call := wire.CallOf(c)
	form := call.Query("format")
	if form != "" && form != "json" && form != "csv" {
		return wire.Fail(c, a.Log, fault.Field("format", "Give json or csv."))
	}
	from, to, err := span(call, a.Reports.Now())
	if err != nil {
		return wire.Fail(c, a.Log, err)
	}
	r, err := a.Reports.Rescue(call, call.Merchant(), from, to)
	if err != nil {
		return wire.Fail(c, a.Log, err)
	}
	if form != "csv" {
		return wire.Answer(c, fiber.StatusOK, r)
	}
	var out bytes.Buffer
	if err := r.CSV(&out); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="rescue-`+r.From.Format("2006-01-02")+"-"+r.To.Format("2006-01-02")+`.csv"`)
	return c.Send(out.Bytes())
}
