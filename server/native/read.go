package native

import (
	"strconv"
	"time"

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
func pageLimit(call wire.Call) (int, error) { return pageLimitTo(call, maxPage) }

// pageLimitTo is pageLimit for pages that may have more.
func pageLimitTo(call wire.Call, most int) (int, error) {
	text := call.Query("limit")
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, fault.Field("limit", "The limit must be a whole number from 1 to %d.", most)
	}
	return n, nil
}

// defaultSpan is what is looked at when nobody says from when.
const defaultSpan = 30 * 24 * time.Hour

// span reads a span of time, from included and to excluded: the past thirty days up to now
// for what is left out.
func span(call wire.Call, now time.Time) (from, to time.Time, err error) {
	if to, err = instant(call, "to"); err != nil {
		return from, to, err
	}
	if from, err = instant(call, "from"); err != nil {
		return from, to, err
	}
	from, to = spanOr(from, to, now)
	if !from.Before(to) {
		return from, to, fault.Field("from", "The span must begin before it ends.")
	}
	return from, to, nil
}

// spanOr fills in what is left out of a span.
func spanOr(from, to, now time.Time) (time.Time, time.Time) {
	if to.IsZero() {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-defaultSpan)
	}
	return from, to
}

// instant reads a time of the query; the zero time when it is not there.
func instant(call wire.Call, name string) (time.Time, error) {
	text := call.Query(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fault.Field(name, "Give a time as in 2026-11-21T12:00:00Z (RFC 3339), with a plus sign written as %%2B.")
	}
	return at, nil
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
