package webhook

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
)

// StandardForm is what the form of the Standard Webhooks specification is called. An
// endpoint is kept with an empty one for it.
const StandardForm = "standard"

// Form is how receivers of one kind are told: in which words, and how signed.
type Form interface {
	// Types are the events that it has words for. No other is sent in it.
	Types() []event.Type
	// Write gives the body and the headers of one attempt. The headers go out in just the
	// letters that it gives them, since there are receivers that look for those. What it
	// has to look up it may look up until ctx ends.
	Write(ctx context.Context, m Message) (body []byte, header http.Header, err error)
}

// Message is one attempt to tell of an event.
type Message struct {
	Event event.Event
	// Host is the request's Host header: with the port when the endpoint's URL has one.
	Host string
	// Secrets sign, each "whsec_" and base64: the present one first, then the one before
	// while both count. They are wiped afterwards.
	Secrets [][]byte
	At      time.Time
	// Resent tells that it may have been told of before: an attempt failed, or the merchant
	// asked for it again.
	Resent bool
}

// form gives the form of a name; an empty one is the standard's.
func (s *Service) form(name string) (Form, bool) {
	if name == "" {
		return standard{}, true
	}
	form, ok := s.Forms[name]
	return form, ok
}

// FormName is what the endpoint's form is called.
func (e Endpoint) FormName() string {
	if e.Form == "" {
		return StandardForm
	}
	return e.Form
}

// suited gives an endpoint as its form takes it: with the events that the form has words
// for when it asks for all. What is queued for an endpoint is what it asks for, so nothing
// is that cannot be told. Errors: faults on form and events.
func (s *Service) suited(e Endpoint) (Endpoint, error) {
	if e.Form == StandardForm {
		e.Form = ""
	}
	form, ok := s.form(e.Form)
	if !ok {
		names := append([]string{StandardForm}, slices.Sorted(maps.Keys(s.Forms))...)
		return e, fault.Field("form", "There is no such form. Choose from: %s.", strings.Join(names, ", "))
	}
	types := form.Types()
	for _, kind := range e.Types {
		if !slices.Contains(types, kind) {
			return e, fault.Field("events", "There is no such event in this form. Choose from: %s.", listed(types))
		}
	}
	if len(e.Types) == 0 && e.Form != "" {
		e.Types = types
	}
	return e, nil
}

func listed(types []event.Type) string {
	names := make([]string, len(types))
	for i, kind := range types {
		names[i] = string(kind)
	}
	return strings.Join(names, ", ")
}

// hostOf is the Host header of a request to a URL: net/http writes a name in other letters
// than ASCII as Punycode.
func hostOf(u *url.URL) string {
	host, err := httpguts.PunycodeHostPort(u.Host)
	if err != nil {
		return u.Host
	}
	return host
}
