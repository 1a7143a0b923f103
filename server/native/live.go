package native

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/server/wire"
)

// streamPage is how many events are read at a time.
const streamPage = 100

// streamEvents sends a merchant's events as they happen. With Last-Event-ID it goes on
// after that event, and misses none; without it begins with what happens from now on.
func (a *API) streamEvents(c *fiber.Ctx) error {
	call := wire.CallOf(c)
	cursor := strings.Clone(c.Get("Last-Event-ID"))
	changed, stop := a.Watch(call.Merchant())
	err := wire.Stream{
		Changed: changed, Stop: stop, Closing: a.Closing,
		Next: func(ctx context.Context) ([]wire.Message, bool, error) {
			var messages []wire.Message
			for {
				events, next, err := a.Webhooks.Store.EventsAfter(ctx, call.Merchant(), cursor, streamPage)
				if err != nil {
					return nil, true, err
				}
				cursor = next
				for _, e := range events {
					messages = append(messages, wire.Message{ID: e.ID, Type: string(e.Type), Data: e.Envelope()})
				}
				if len(events) < streamPage || len(messages) >= 10*streamPage {
					return messages, false, nil
				}
			}
		},
	}.Send(c)
	if err != nil {
		return wire.Fail(c, a.Log, err)
	}
	return nil
}
