// Package stripetest is a small peer in the shape of Stripe's API, with a memory: cards
// that are declined are declined, what was captured can be refunded, and a reference is
// done once. Stripe's own mock has none of that: it proves shapes, and this behaviour.
//
//	POST /v1/payment_methods                a card
//	POST /v1/payment_intents                create and confirm, with it
//	GET  /v1/payment_intents                by created[gte] and created[lt], newest first
//	GET  /v1/payment_intents/{id}
//	POST /v1/payment_intents/{id}/capture
//	POST /v1/payment_intents/{id}/cancel
//	POST /v1/refunds, GET /v1/refunds
//	POST /challenge/{id}?decision=confirm   the issuer's page
//
// It is for tests: cards come and go as text here.
package stripetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is the peer. Start makes one.
type Server struct {
	*httptest.Server
	// Slow holds answers to this card back for so long, after it was decided.
	Slow map[string]time.Duration

	mu      sync.Mutex
	intents []*intent
	refunds []map[string]any
	cards   map[string]string         // numbers by PaymentMethod
	checks  map[string]map[string]any // what checking its address gave, by PaymentMethod
	answers map[string]answer         // by Idempotency-Key
	nth     int
}

// answer is one that was given under a key.
type answer struct {
	status int
	body   any
}

// intent is a PaymentIntent.
type intent struct {
	id, card, status, currency, reference, returnURL, decline string
	amount, received, refunded                                int64
	automatic, charged, challenged                            bool
	created                                                   time.Time
	checks                                                    map[string]any
}

// Start starts a peer that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{answers: map[string]answer{}, cards: map[string]string{}, checks: map[string]map[string]any{}, Slow: map[string]time.Duration{}}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /v1/payment_methods", s.once(s.hold))
	routes.HandleFunc("POST /v1/payment_intents", s.once(s.create))
	routes.HandleFunc("GET /v1/payment_intents", s.list)
	routes.HandleFunc("GET /v1/payment_intents/{id}", s.retrieve)
	routes.HandleFunc("POST /v1/payment_intents/{id}/capture", s.once(s.capture))
	routes.HandleFunc("POST /v1/payment_intents/{id}/cancel", s.once(s.cancel))
	routes.HandleFunc("POST /v1/refunds", s.once(s.refund))
	routes.HandleFunc("GET /v1/refunds", s.listRefunds)
	routes.HandleFunc("POST /challenge/{id}", s.decide)
	s.Server = httptest.NewServer(routes)
	t.Cleanup(s.Close)
	return s
}

// Count is how many PaymentIntents there are of a reference.
func (s *Server) Count(reference string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, i := range s.intents {
		if i.reference == reference {
			n++
		}
	}
	return n
}

func say(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// once does a request under its key once, as Stripe does, and gives the same answer again.
func (s *Server) once(do func(r *http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer sk_") || r.ParseForm() != nil {
			say(w, http.StatusUnauthorized, problem("invalid_request_error", "", nil))
			return
		}
		key := r.Header.Get("Idempotency-Key")
		s.mu.Lock()
		a, known := s.answers[key]
		if !known || key == "" {
			a = do(r)
			s.answers[key] = a
		}
		wait := s.Slow[s.cards[r.Form.Get("payment_method")]]
		s.mu.Unlock()
		if wait > 0 && !known {
			time.Sleep(wait)
		}
		say(w, a.status, a.body)
	}
}

func problem(kind, code string, i *intent) map[string]any {
	e := map[string]any{"type": kind, "code": code, "message": "no"}
	if i != nil {
		e["decline_code"], e["payment_intent"] = i.decline, i.object(false)
	}
	return map[string]any{"error": e}
}

// Declines are the cards that are declined, as Stripe documents them.
var Declines = map[string]string{
	"4000000000000002": "generic_decline", "4000000000009995": "insufficient_funds", "4000000000009987": "lost_card", "4000000000009979": "stolen_card",
	"4000000000000069": "expired_card", "4000000000000127": "incorrect_cvc", "4000000000000119": "processing_error", "4000000000006975": "card_velocity_exceeded",
}

// Challenged is the card whose issuer wants to see the shopper.
const Challenged = "4000002760003184"

// hold keeps a card.
func (s *Server) hold(r *http.Request) answer {
	if r.Form.Get("type") != "card" || r.Form.Get("card[exp_month]") == "" || r.Form.Get("card[exp_year]") == "" || len(r.Form.Get("card[number]")) < 12 {
		return answer{http.StatusBadRequest, problem("invalid_request_error", "parameter_missing", nil)}
	}
	s.nth++
	name := fmt.Sprintf("pm_%d", s.nth)
	s.cards[name] = r.Form.Get("card[number]")
	s.checks[name] = map[string]any{"cvc_check": "pass"}
	for check, field := range map[string]string{"address_line1_check": "line1", "address_postal_code_check": "postal_code"} {
		if r.Form.Get("billing_details[address]["+field+"]") != "" {
			s.checks[name][check] = "pass"
		}
	}
	return answer{http.StatusOK, map[string]any{"id": name, "object": "payment_method"}}
}

func (s *Server) create(r *http.Request) answer {
	amount, err := strconv.ParseInt(r.Form.Get("amount"), 10, 64)
	if err != nil || amount < 1 || r.Form.Get("confirm") != "true" || s.cards[r.Form.Get("payment_method")] == "" {
		return answer{http.StatusBadRequest, problem("invalid_request_error", "parameter_missing", nil)}
	}
	s.nth++
	i := &intent{
		id: fmt.Sprintf("pi_%d", s.nth), card: s.cards[r.Form.Get("payment_method")], currency: r.Form.Get("currency"), amount: amount,
		reference: r.Form.Get("metadata[paywicket_reference]"), returnURL: r.Form.Get("return_url"), automatic: r.Form.Get("capture_method") == "automatic", created: time.Now(),
		checks: s.checks[r.Form.Get("payment_method")],
	}
	s.intents = append(s.intents, i)
	switch {
	case Declines[i.card] != "":
		i.status, i.decline = "requires_payment_method", Declines[i.card]
		return answer{http.StatusPaymentRequired, problem("card_error", "card_declined", i)}
	case i.card == Challenged && r.Form.Get("off_session") != "true":
		i.status = "requires_action"
		return answer{http.StatusOK, s.whole(i)}
	}
	i.approve()
	return answer{http.StatusOK, s.whole(i)}
}

func (i *intent) approve() {
	i.charged, i.status = true, "requires_capture"
	if i.automatic {
		i.status, i.received = "succeeded", i.amount
	}
}

// whole is the object, with the page of the issuer where there is one.
func (s *Server) whole(i *intent) map[string]any {
	o := i.object(true)
	if i.status == "requires_action" {
		o["next_action"] = map[string]any{"type": "redirect_to_url", "redirect_to_url": map[string]any{"url": s.URL + "/challenge/" + i.id, "return_url": i.returnURL}}
	}
	return o
}

func (i *intent) object(expanded bool) map[string]any {
	o := map[string]any{
		"id": i.id, "object": "payment_intent", "status": i.status, "amount": i.amount, "amount_received": i.received, "currency": i.currency,
		"created": i.created.Unix(), "metadata": map[string]any{"paywicket_reference": i.reference},
	}
	if i.decline != "" {
		o["last_payment_error"] = map[string]any{"type": "card_error", "code": "card_declined", "decline_code": i.decline}
	}
	if i.charged && expanded {
		card := map[string]any{"authorization_code": "A" + fmt.Sprintf("%05d", len(i.id)), "network_transaction_id": "N" + i.id, "checks": i.checks}
		if i.challenged {
			card["three_d_secure"] = map[string]any{"authentication_flow": "challenge", "electronic_commerce_indicator": "05"}
		}
		o["latest_charge"] = map[string]any{
			"id": "ch_" + i.id, "object": "charge", "paid": true, "captured": i.received > 0, "amount_refunded": i.refunded,
			"payment_method_details": map[string]any{"type": "card", "card": card},
		}
	}
	return o
}

func (s *Server) find(id string) *intent {
	at := slices.IndexFunc(s.intents, func(i *intent) bool { return i.id == id })
	if at < 0 {
		return nil
	}
	return s.intents[at]
}

var missing = answer{http.StatusNotFound, problem("invalid_request_error", "resource_missing", nil)}

func (s *Server) retrieve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(r.PathValue("id")); i != nil {
		say(w, http.StatusOK, s.whole(i))
		return
	}
	say(w, missing.status, missing.body)
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	from, _ := strconv.ParseInt(r.FormValue("created[gte]"), 10, 64)
	to, _ := strconv.ParseInt(r.FormValue("created[lt]"), 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	data := []any{}
	for _, i := range slices.Backward(s.intents) {
		if at := i.created.Unix(); at >= from && (to == 0 || at < to) {
			data = append(data, s.whole(i))
		}
	}
	page(w, r, data)
}

// page gives one of a list, ten at a time, so that there is more than one.
func page(w http.ResponseWriter, r *http.Request, data []any) {
	if after := r.FormValue("starting_after"); after != "" {
		at := slices.IndexFunc(data, func(o any) bool { return o.(map[string]any)["id"] == after })
		data = data[at+1:]
	}
	n := min(10, len(data))
	say(w, http.StatusOK, map[string]any{"object": "list", "data": data[:n], "has_more": n < len(data), "url": r.URL.Path})
}

func (s *Server) capture(r *http.Request) answer {
	i := s.find(r.PathValue("id"))
	amount, _ := strconv.ParseInt(r.Form.Get("amount_to_capture"), 10, 64)
	switch {
	case i == nil:
		return missing
	case i.status != "requires_capture" || amount < 1 || amount > i.amount:
		return answer{http.StatusBadRequest, problem("invalid_request_error", "payment_intent_unexpected_state", nil)}
	}
	i.status, i.received = "succeeded", amount
	return answer{http.StatusOK, s.whole(i)}
}

func (s *Server) cancel(r *http.Request) answer {
	i := s.find(r.PathValue("id"))
	switch {
	case i == nil:
		return missing
	case i.status == "succeeded" || i.status == "canceled":
		return answer{http.StatusBadRequest, problem("invalid_request_error", "payment_intent_unexpected_state", nil)}
	}
	i.status = "canceled"
	return answer{http.StatusOK, s.whole(i)}
}

func (s *Server) refund(r *http.Request) answer {
	i := s.find(r.Form.Get("payment_intent"))
	amount, _ := strconv.ParseInt(r.Form.Get("amount"), 10, 64)
	switch {
	case i == nil:
		return missing
	case amount < 1 || amount > i.received-i.refunded:
		return answer{http.StatusBadRequest, problem("invalid_request_error", "charge_already_refunded", nil)}
	}
	i.refunded += amount
	s.nth++
	refund := map[string]any{
		"id": fmt.Sprintf("re_%d", s.nth), "object": "refund", "status": "succeeded", "amount": amount, "currency": i.currency, "payment_intent": i.id,
		"metadata": map[string]any{"paywicket_reference": r.Form.Get("metadata[paywicket_reference]")},
	}
	s.refunds = append(s.refunds, refund)
	return answer{http.StatusOK, refund}
}

func (s *Server) listRefunds(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data := []any{}
	for _, refund := range s.refunds {
		if refund["payment_intent"] == r.FormValue("payment_intent") {
			data = append(data, refund)
		}
	}
	page(w, r, data)
}

func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(r.PathValue("id"))
	if i != nil && i.status == "requires_action" {
		if r.FormValue("decision") == "confirm" {
			i.challenged = true
			i.approve()
		} else {
			i.status, i.decline = "requires_payment_method", "authentication_not_handled"
		}
	}
	w.WriteHeader(http.StatusNoContent)
}
