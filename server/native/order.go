package native

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/wire"
)

// Decisions lists what was decided about declines; store.DB does.
type Decisions interface {
	// ListDecisions gives a merchant's decisions of a span of time, from included and to
	// excluded, oldest first: up to limit of those after the one named by cursor, or the
	// first when it is empty. Errors: a fault on after for a cursor that names none.
	ListDecisions(ctx context.Context, merchant string, from, to time.Time, cursor string, limit int) ([]rescue.Decision, error)
}

// RescueOrders is a page of orders, newest first.
type RescueOrders struct {
	Orders  []event.Order `json:"orders"`
	HasMore bool          `json:"has_more"` // ask again with before = the last order's id
}

func (a *API) listOrders(call wire.Call, _ wire.Empty) (RescueOrders, error) {
	limit, err := pageLimit(call)
	if err != nil {
		return RescueOrders{}, err
	}
	before := call.Query("before")
	if before != "" && !isOrder(before) {
		return RescueOrders{}, fault.Field("before", "Give the id of the last order of the page before.")
	}
	views, _, err := a.Rescues.List(call, call.Merchant(), before, limit+1)
	if err != nil {
		return RescueOrders{}, err
	}
	page := RescueOrders{Orders: []event.Order{}, HasMore: len(views) > limit}
	for _, v := range views[:min(limit, len(views))] {
		page.Orders = append(page.Orders, v.Payload())
	}
	return page, nil
}

// isOrder tells whether text has the form of an order's id, which is a UUID.
func isOrder(text string) bool {
	_, err := id.ParseUUID(text)
	return err == nil
}

func (a *API) findOrder(call wire.Call, _ wire.Empty) (event.Order, error) {
	name := call.Param("id")
	if !isOrder(name) {
		return event.Order{}, fault.New(fault.NotFound, "There is nothing of that id here.")
	}
	v, err := a.Rescues.Find(call, call.Merchant(), name)
	if err != nil {
		return event.Order{}, err
	}
	return v.Payload(), nil
}

// Decision is what was decided about one decline, with all that it was made of.
type Decision struct {
	ID       string        `json:"id"`
	Site     string        `json:"site"`
	Order    *string       `json:"order"`    // null for a payment of a checkout's own
	Payment  *string       `json:"payment"`  // null before one was asked for
	Amount   int64         `json:"amount"`   // minor units
	Currency string        `json:"currency"` // ISO 4217
	Facts    rescue.Facts  `json:"facts"`
	Rule     string        `json:"rule"`
	Why      string        `json:"why"`
	Action   rescue.Action `json:"action"`
	Version  int           `json:"version"` // of the rules; 0 for the default ones
	At       time.Time     `json:"at"`
}

// DecisionList is a page of decisions, oldest first.
type DecisionList struct {
	Decisions []Decision `json:"decisions"`
	HasMore   bool       `json:"has_more"` // ask again with after = the last decision's id
}

// maxDecisions is how many decisions a page may have.
const maxDecisions = 500

func (a *API) listDecisions(call wire.Call, _ wire.Empty) (DecisionList, error) {
	limit, err := pageLimitTo(call, maxDecisions)
	if err != nil {
		return DecisionList{}, err
	}
	from, to, err := span(call, a.Rescues.Now())
	if err != nil {
		return DecisionList{}, err
	}
	after := call.Query("after")
	if after != "" && !id.Valid("", after) {
		return DecisionList{}, fault.Field("after", "Give the id of the last decision of the page before.")
	}
	list, err := a.Decisions.ListDecisions(call, call.Merchant(), from, to, after, limit+1)
	if err != nil {
		return DecisionList{}, err
	}
	page := DecisionList{Decisions: []Decision{}, HasMore: len(list) > limit}
	for _, d := range list[:min(limit, len(list))] {
		page.Decisions = append(page.Decisions, decision(d))
	}
	return page, nil
}

func decision(d rescue.Decision) Decision {
	out := Decision{
		ID: d.ID, Site: d.Site, Amount: d.Amount.Minor, Currency: d.Amount.Currency, Facts: d.Facts, Rule: d.Rule, Why: d.Why, Action: d.Action,
		Version: d.Version, At: d.At.UTC(),
	}
	if d.Order != "" {
		out.Order = &d.Order
	}
	if d.Payment != "" {
		out.Payment = &d.Payment
	}
	if out.Facts.Possible == nil {
		out.Facts.Possible = []rescue.Action{}
	}
	return out
}
