package native

import (
	"strconv"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/webhook"
	"github.com/paywicket/paywicket/server/wire"
)

// endpointRequest registers a webhook receiver.
type endpointRequest struct {
	URL    string       `json:"url" validate:"required"`
	Form   string       `json:"form"`   // standard when empty; see webhook.Form
	Events []event.Type `json:"events"` // all that the form has words for when empty
	Wait   int64        `json:"wait"`   // seconds that a payment's events wait for /ready
}

// Endpoint is a registered receiver.
type Endpoint struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Form      string       `json:"form"` // standard | flexcharge | flutterwave
	Events    []event.Type `json:"events"`
	Wait      int64        `json:"wait"`
	Enabled   bool         `json:"enabled"`
	CreatedAt time.Time    `json:"created_at"`
}

// NewEndpoint is a receiver with its signing secret, which is in this answer and never
// again.
type NewEndpoint struct {
	Endpoint
	Secret string `json:"secret"` // whsec_ and base64, for Standard Webhooks libraries
}

// Endpoints is a merchant's receivers, oldest first.
type Endpoints struct {
	Endpoints []Endpoint `json:"endpoints"`
}

func endpoint(e webhook.Endpoint) Endpoint {
	types := e.Types
	if types == nil {
		types = []event.Type{}
	}
	return Endpoint{
		ID: e.ID, URL: e.URL, Form: e.FormName(), Events: types, Wait: int64(e.Wait / time.Second), Enabled: e.DisabledAt.IsZero(), CreatedAt: e.CreatedAt.UTC(),
	}
}

// seconds makes a duration of whole seconds; what does not fit is out of any bounds too.
func seconds(n int64) time.Duration { return time.Duration(min(max(n, -1), 1<<30)) * time.Second }

func (a *API) createEndpoint(call wire.Call, in endpointRequest) (NewEndpoint, error) {
	wanted := webhook.Endpoint{Merchant: call.Merchant(), URL: in.URL, Form: in.Form, Types: in.Events, Wait: seconds(in.Wait)}
	e, secret, err := a.Webhooks.Register(call, wanted, call.Actor())
	if err != nil {
		return NewEndpoint{}, err
	}
	return NewEndpoint{endpoint(e), secret}, nil
}

func (a *API) listEndpoints(call wire.Call, _ wire.Empty) (Endpoints, error) {
	list, err := a.Webhooks.Store.ListEndpoints(call, call.Merchant())
	if err != nil {
		return Endpoints{}, err
	}
	out := Endpoints{Endpoints: []Endpoint{}}
	for _, e := range list {
		out.Endpoints = append(out.Endpoints, endpoint(e))
	}
	return out, nil
}

// endpointChange changes a receiver: what is left out stays.
type endpointChange struct {
	URL     *string       `json:"url"`
	Events  *[]event.Type `json:"events"`
	Wait    *int64        `json:"wait"`
	Enabled *bool         `json:"enabled"`
}

func (a *API) changeEndpoint(call wire.Call, in endpointChange) (Endpoint, error) {
	name := call.Param("id")
	if err := named(id.Endpoint, name); err != nil {
		return Endpoint{}, err
	}
	change := webhook.EndpointChange{URL: in.URL, Types: in.Events, Enabled: in.Enabled}
	if in.Wait != nil {
		wait := seconds(*in.Wait)
		change.Wait = &wait
	}
	e, err := a.Webhooks.Change(call, call.Merchant(), name, change, call.Actor())
	if err != nil {
		return Endpoint{}, err
	}
	return endpoint(e), nil
}

func (a *API) deleteEndpoint(call wire.Call, _ wire.Empty) (wire.Empty, error) {
	name := call.Param("id")
	if err := named(id.Endpoint, name); err != nil {
		return wire.Empty{}, err
	}
	return wire.Empty{}, a.Webhooks.Store.DeleteEndpoint(call, call.Merchant(), name, call.Actor())
}

// rotateRequest gives a receiver another secret.
type rotateRequest struct {
	Overlap *int64 `json:"overlap"` // seconds that the old one signs too; a day when left out
}

// MayBeEmpty lets the body be left out.
func (rotateRequest) MayBeEmpty() {}

const defaultOverlap = 24 * time.Hour

func (a *API) rotateEndpoint(call wire.Call, in rotateRequest) (NewEndpoint, error) {
	name := call.Param("id")
	if err := named(id.Endpoint, name); err != nil {
		return NewEndpoint{}, err
	}
	overlap := defaultOverlap
	if in.Overlap != nil {
		overlap = seconds(*in.Overlap)
	}
	e, secret, err := a.Webhooks.RotateSecret(call, call.Merchant(), name, overlap, call.Actor())
	if err != nil {
		return NewEndpoint{}, err
	}
	return NewEndpoint{endpoint(e), secret}, nil
}

// replayRequest sends events again: one, or those of a span of time.
type replayRequest struct {
	Event string    `json:"event"`
	From  time.Time `json:"from"` // included
	To    time.Time `json:"to"`   // excluded
}

// Replayed is how many events are sent again.
type Replayed struct {
	Deliveries int  `json:"deliveries"`
	HasMore    bool `json:"has_more"` // there may be more: ask again from the last one's time
}

func (a *API) replay(call wire.Call, in replayRequest) (Replayed, error) {
	name := call.Param("id")
	if err := named(id.Endpoint, name); err != nil {
		return Replayed{}, err
	}
	n, err := a.Webhooks.Replay(call, call.Merchant(), name, webhook.Choice{Event: in.Event, From: in.From, To: in.To}, call.Actor())
	return Replayed{Deliveries: n, HasMore: n == webhook.MaxReplay}, err
}

// Delivery is one event on its way to a receiver.
type Delivery struct {
	Position  int64             `json:"position"`
	Event     string            `json:"event"`
	Object    string            `json:"object"`
	State     string            `json:"state"` // waiting | pending | delivered | failed | cancelled
	NextAt    *time.Time        `json:"next_at"`
	Attempts  []webhook.Attempt `json:"attempts"` // the newest forty
	CreatedAt time.Time         `json:"created_at"`
}

// Deliveries is a page of deliveries, newest first.
type Deliveries struct {
	Deliveries []Delivery `json:"deliveries"`
	HasMore    bool       `json:"has_more"` // ask again with before = the last one's position
}

func (a *API) listDeliveries(call wire.Call, _ wire.Empty) (Deliveries, error) {
	name := call.Param("id")
	if err := named(id.Endpoint, name); err != nil {
		return Deliveries{}, err
	}
	limit, err := pageLimit(call)
	if err != nil {
		return Deliveries{}, err
	}
	before := int64(0)
	if text := call.Query("before"); text != "" {
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before < 1 {
			return Deliveries{}, fault.Field("before", "Give the position of the last delivery of the page before.")
		}
	}
	if _, err := a.Webhooks.Store.FindEndpoint(call, call.Merchant(), name); err != nil {
		return Deliveries{}, err
	}
	list, err := a.Webhooks.Store.ListDeliveries(call, call.Merchant(), name, before, limit+1)
	if err != nil {
		return Deliveries{}, err
	}
	page := Deliveries{Deliveries: []Delivery{}, HasMore: len(list) > limit}
	for _, d := range list[:min(limit, len(list))] {
		page.Deliveries = append(page.Deliveries, delivery(d))
	}
	return page, nil
}

func delivery(d webhook.Delivery) Delivery {
	out := Delivery{Position: d.Position, Event: d.Event, Object: d.Object, State: string(d.State), Attempts: d.Log, CreatedAt: d.CreatedAt.UTC()}
	if out.Attempts == nil {
		out.Attempts = []webhook.Attempt{}
	}
	if !d.DueAt.IsZero() {
		next := d.DueAt.UTC()
		out.NextAt = &next
	}
	return out
}

func (a *API) readyPayment(call wire.Call, _ wire.Empty) (event.Payment, error) {
	name := call.Param("id")
	if err := named(id.Payment, name); err != nil {
		return event.Payment{}, err
	}
	if err := a.Webhooks.Ready(call, call.Merchant(), name, call.Actor()); err != nil {
		return event.Payment{}, err
	}
	return a.findPayment(call, wire.Empty{})
}
