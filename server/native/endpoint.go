package native

import (
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/server/wire"
)

// endpointRequest registers a webhook receiver.
type endpointRequest struct {
	URL    string       `json:"url" validate:"required"`
	Events []event.Type `json:"events"` // all when empty
}

// Endpoint is a registered receiver. Secret is in this answer and never again.
type Endpoint struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Events    []event.Type `json:"events"`
	Secret    string       `json:"secret"` // whsec_ and base64, for Standard Webhooks libraries
	CreatedAt time.Time    `json:"created_at"`
}

func (a *API) createEndpoint(call wire.Call, in endpointRequest) (Endpoint, error) {
	e, secret, err := a.Webhooks.Register(call, call.Merchant(), in.URL, in.Events, call.Actor())
	if err != nil {
		return Endpoint{}, err
	}
	types := e.Types
	if types == nil {
		types = []event.Type{}
	}
	return Endpoint{ID: e.ID, URL: e.URL, Events: types, Secret: secret, CreatedAt: e.CreatedAt.UTC()}, nil
}
