// Package sandbox is a payment processor to try things on: its own HTTP server
// with its own ledger. It plays the acquirer, the issuer and the issuer's 3-D
// Secure page, and does what its test cards and test amounts say.
//
//	POST /authorizations                     decide; the Idempotency-Key is the reference
//	GET  /authorizations/{reference}         what became of it
//	POST /authorizations/{reference}/cancel  end a pending challenge
//	POST /authorizations/{reference}/code    pass it with a one-time code (TestCode)
//	POST /authorizations/{reference}/modifications             capture, void or refund; the Idempotency-Key is its reference
//	GET  /authorizations/{reference}/modifications/{reference} what became of that
//	GET  /authorizations                     the ledger, newest last; from, to (unix milliseconds), after (reference) and limit choose
//	POST /card_updates                       what has become of a card: the card updater
//	GET  /clock, POST /clock                 what time it is here, and to move it
//	POST /faults                             how the next answers are to go wrong
//	GET  /challenge/{id}                     the issuer's page; its form decides, once
//	GET  /                                   test cards and the newest rows, for people
//	GET  /healthz
//
// An authorization is decided and durable in the ledger before the sandbox begins
// to think, so an answer that is late or lost can always be looked up:
//
//	(asked) ─▶ approved | declined
//	   └─▶ challenge ─ shopper, or cancel ─▶ approved | declined
//
// A number is read as bytes and wiped with its body. What is checked and believed:
// any CVV of the right length matches, and any address but one postal code (see
// TestAddresses); a card past its expiry is declined.
//
// Issuers with a mood (Moods) decide by more than the card: what else is told, who asks,
// and when. They are there for whoever tries again after a decline. Who asks again for a
// card that its issuer said never to ask for again is noted in the ledger, as Barred.
//
// It stands on the standard library's server and not on fiber: a processor to test
// with must be able to misbehave on the raw connection (hang, reset, send half an
// answer), which net/http allows through Hijack.
//
// Refused here: keeping more of a card than its BIN and last four, and money.
package sandbox

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
)

// Server is the sandbox processor. Ledger, Now and Log are required.
type Server struct {
	Ledger    *Ledger
	Latency   time.Duration // how long it thinks about each card
	PublicURL string        // where browsers reach the issuer's page; empty for wherever it was asked
	Now       func() time.Time
	Log       *slog.Logger
	Label     string                // which of several processors it is; empty or "sandbox" for the first
	Declines  processor.DeclineCode // why it declines whatever would be approved; empty for not
	Faults    *Faults               // how answers go wrong; nil for never

	ahead atomic.Int64 // how far the clock was moved, in nanoseconds
}

// Handler serves every route.
func (s *Server) Handler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("POST /authorizations", s.authorize)
	routes.HandleFunc("GET /authorizations", s.list)
	routes.HandleFunc("GET /authorizations/{reference}", s.find)
	routes.HandleFunc("POST /authorizations/{reference}/cancel", s.cancel)
	routes.HandleFunc("POST /authorizations/{reference}/code", s.answerChallenge)
	routes.HandleFunc("POST /authorizations/{reference}/modifications", s.modify)
	routes.HandleFunc("GET /authorizations/{reference}/modifications/{modification}", s.findModification)
	routes.HandleFunc("POST /card_updates", s.updateCard)
	routes.HandleFunc("GET /clock", s.showClock)
	routes.HandleFunc("POST /clock", s.moveClock)
	routes.HandleFunc("POST /faults", s.arm)
	routes.HandleFunc("GET /challenge/{id}", s.showChallenge)
	routes.HandleFunc("POST /challenge/{id}", s.decideChallenge)
	routes.HandleFunc("GET /{$}", s.showLedger)
	routes.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	return s.hostile(routes)
}

// problem is what a request that cannot be answered is told.
type problem struct {
	Error string `json:"error"`
}

// What is told of faults that are not the request's own.
var (
	errUnknown = problem{"reference: there is no such authorization"}
	errLedger  = problem{"ledger: cannot be written"}
)

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only when the client has left
}

func (s *Server) find(w http.ResponseWriter, r *http.Request) {
	row, ok := s.Ledger.Find(r.PathValue("reference"))
	if !ok {
		answer(w, http.StatusNotFound, errUnknown)
		return
	}
	answer(w, http.StatusOK, row)
}

// cancel ends a pending challenge; a settled authorization is answered unchanged.
func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	row, known, err := s.Ledger.settle(r.PathValue("reference"), (*Authorization).failAuthentication)
	switch {
	case err != nil:
		s.Log.Error("the sandbox's ledger cannot be written", "error", err)
		answer(w, http.StatusInternalServerError, errLedger)
	case !known:
		answer(w, http.StatusNotFound, errUnknown)
	default:
		answer(w, http.StatusOK, row)
	}
}

// publicURL is where a browser reaches this server.
func (s *Server) publicURL(r *http.Request) string {
	if s.PublicURL != "" {
		return strings.TrimSuffix(s.PublicURL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
