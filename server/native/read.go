package native

import (
	"strconv"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/wire"
)

// Bounds of a page of a list.
const (
	defaultPage = 20
	maxPage     = 100
)

// pageLimit reads how many a page may have.
func pageLimit(call wire.Call) (int, error) {
	text := call.Query("limit")
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPage {
		return 0, fault.Field("limit", "The limit must be a whole number from 1 to %d.", maxPage)
	}
	return n, nil
}

// List is a page of events, newest first.
type List struct {
	Events  []event.Envelope `json:"events"`
	HasMore bool             `json:"has_more"` // ask again with before = the last event's id
}

func (a *API) listEvents(call wire.Call, _ wire.Empty) (List, error) {
	limit, err := pageLimit(call)
	if err != nil {
		return List{}, err
	}
	events, err := a.Webhooks.Store.ListEvents(call, call.Merchant(), call.Query("before"), limit+1)
	if err != nil {
		return List{}, err
	}
	page := List{Events: []event.Envelope{}, HasMore: len(events) > limit}
	for _, e := range events[:min(limit, len(events))] {
		page.Events = append(page.Events, e.Envelope())
	}
	return page, nil
}
