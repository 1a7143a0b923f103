package page

import (
	"context"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/server/wire"
)

// live tells the outcome of the session's newest payment as it changes, until nothing
// more will come of it by itself.
func (p *Pages) live(c *fiber.Ctx) error {
	v, err := p.find(c)
	if err == nil && v.Latest == nil {
		err = fault.New(fault.NotFound, "Nothing has been paid here yet.")
	}
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	changed, stop := p.Watch(v.Latest.ID)
	var told string
	err = wire.Stream{
		Changed: changed, Stop: stop, Closing: p.Closing,
		Next: func(ctx context.Context) ([]wire.Message, bool, error) {
			v, err := p.Checkout.Show(ctx, v.Session.ID)
			if err != nil || v.Latest == nil {
				return nil, true, err
			}
			last := !v.Latest.State.Pending() || v.Latest.State == payment.ManualReview
			return news(v, &told), last, nil
		},
	}.Send(c)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	return nil
}

// news is the outcome, if it is another than was told.
func news(v checkout.View, told *string) []wire.Message {
	r := result(v)
	text, err := json.Marshal(r)
	if err != nil || string(text) == *told {
		return nil
	}
	*told = string(text)
	return []wire.Message{{Type: "result", Data: r}}
}
