// Package sandbox is a payment processor to try things on: its own HTTP server with
// its own ledger, which plays acquirer and issuer for test cards and amounts.
//
//	POST /authorizations                     decide; Idempotency-Key and reference name it
//	GET  /authorizations/{reference}         what was decided
//	POST /authorizations/{reference}/cancel  end a pending challenge
//	GET  /authorizations                     the ledger
//	GET  /challenge/{id}                     the issuer's page; POST decides
//	GET  /                                   test cards and the newest rows, for people
//
// It stands on the standard library's server and not on fiber: a processor must be
// able to misbehave on the raw connection, to try a checkout with.
//
// It keeps no number and no CVV; what it is sent is read as bytes and wiped.
package sandbox

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/processor"
)

// maxBody is how large an authorization may be, in bytes.
const maxBody = 16 << 10

// patience is how long the silent card's connection is held.
const patience = time.Minute

// Server is the sandbox processor.
type Server struct {
	Ledger    *Ledger
	Latency   time.Duration // how long it thinks about each card
	PublicURL string        // where browsers reach the issuer's page
	Now       func() time.Time
	Log       *slog.Logger
}

// Handler serves every route.
func (s *Server) Handler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("POST /authorizations", s.authorize)
	routes.HandleFunc("GET /authorizations", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.Ledger.List()) })
	routes.HandleFunc("GET /authorizations/{reference}", s.find)
	routes.HandleFunc("POST /authorizations/{reference}/cancel", s.cancel)
	routes.HandleFunc("GET /challenge/{id}", s.showChallenge)
	routes.HandleFunc("POST /challenge/{id}", s.decideChallenge)
	routes.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	routes.HandleFunc("GET /{$}", s.showLedger)
	return routes
}

// problem is what a request that makes no sense is told.
type problem struct {
	Error string `json:"error"`
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has left if this fails
}

// authorize decides about a card. The answer of a reference that has been decided
// before is what it is now, whatever else the request says.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	defer clear(body)
	if err != nil {
		answer(w, http.StatusRequestEntityTooLarge, problem{"the body is too large"})
		return
	}
	ask, err := read(body)
	if err == nil && r.Header.Get("Idempotency-Key") != ask.Reference {
		err = errKey
	}
	defer ask.card.Wipe()
	if err != nil {
		answer(w, http.StatusBadRequest, problem{err.Error()})
		return
	}
	does := behaviour(ask.card.Number.Bytes(), ask.Amount)
	s.wait(r, s.Latency+does.slow)
	row, fresh, err := s.Ledger.Open(s.decide(ask, does))
	if err != nil {
		s.Log.Error("the ledger cannot be written", "error", err)
		answer(w, http.StatusInternalServerError, problem{"the ledger cannot be written"})
		return
	}
	if !fresh && (row.Amount != ask.Amount || row.Currency != ask.Currency) {
		answer(w, http.StatusConflict, problem{"this reference was used for something else"})
		return
	}
	if does.silent {
		s.wait(r, patience)
		panic(http.ErrAbortHandler) // the connection is cut without an answer
	}
	answer(w, http.StatusOK, row)
}

// wait lets time pass, or returns when the client leaves.
func (s *Server) wait(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// decide makes the ledger's row for a request.
func (s *Server) decide(ask request, does TestCard) Authorization {
	row := Authorization{
		ID: "auth_" + id.Random(), Reference: ask.Reference, Amount: ask.Amount, Currency: ask.Currency, Descriptor: ask.Descriptor,
		BIN: ask.card.Number.BIN(), Last4: ask.card.Number.Last4(), ReturnURL: ask.ReturnURL,
		AVS: "U", CVVResult: "M", At: s.Now().UTC(),
	}
	if len(ask.card.CVV.Bytes()) == 0 {
		row.CVVResult = "P" // not checked
	}
	switch {
	case does.challenge:
		row.Status = processor.Challenge
		row.ChallengeURL = s.PublicURL + "/challenge/" + row.ID
	case does.decline != "":
		row.decline(does.decline)
	default:
		row.approve()
	}
	return row
}

func (a *Authorization) approve() {
	a.Status, a.NetworkCode, a.ApprovalCode, a.ChallengeURL = processor.Approved, "00", a.ID[len(a.ID)-6:], ""
}

func (a *Authorization) decline(code processor.DeclineCode) {
	a.Status, a.DeclineCode, a.NetworkCode, a.ChallengeURL = processor.Declined, code, networkCodes[code], ""
	if code == processor.IncorrectCVV {
		a.CVVResult = "N"
	}
}

func (s *Server) find(w http.ResponseWriter, r *http.Request) {
	row, ok := s.Ledger.Find(r.PathValue("reference"))
	if !ok {
		answer(w, http.StatusNotFound, problem{"there is no such authorization"})
		return
	}
	answer(w, http.StatusOK, row)
}

// cancel ends a pending challenge; a settled authorization is answered unchanged.
func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	row, ok, err := s.Ledger.Settle(r.PathValue("reference"), func(a *Authorization) { a.decline(processor.AuthenticationFailed) })
	switch {
	case err != nil:
		answer(w, http.StatusInternalServerError, problem{"the ledger cannot be written"})
	case !ok:
		answer(w, http.StatusNotFound, problem{"there is no such authorization"})
	default:
		answer(w, http.StatusOK, row)
	}
}
