package sandbox

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/processor"
)

// maxBody is how large a request may be, in bytes.
const maxBody = 16 << 10

// patience is how long a connection is held that gets no answer.
const patience = time.Minute

// authorize decides about a card: once for a reference, however often it is asked.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	ask, status, err := take(r)
	defer ask.card.Wipe()
	if err != nil {
		answer(w, status, problem{err.Error()})
		return
	}
	does := behaviour(ask.card.Number.Bytes(), ask.Amount)
	if mood, ok := moodOf(ask.card.Number.Bytes()); ok && does.Decline == "" {
		does = s.moody(mood, ask)
	}
	if does.Decline == "" {
		does.Decline = s.Declines
	}
	row := s.decide(ask, does, s.publicURL(r))
	row, fresh, err := s.Ledger.open(row, fingerprintOf(ask.card))
	ask.card.Wipe() // decided: nothing that follows needs the card, and it may take long
	switch {
	case errors.Is(err, ErrMismatch):
		answer(w, http.StatusConflict, problem{"Idempotency-Key: was used for another authorization"})
	case err != nil:
		s.Log.Error("the sandbox's ledger cannot be written", "error", err)
		answer(w, http.StatusInternalServerError, errLedger)
	case fresh:
		s.deliver(w, r, row, does)
	default:
		answer(w, http.StatusOK, row)
	}
}

// take reads a request and wipes what it came in.
func take(r *http.Request) (request, int, error) {
	// One buffer, large enough from the start: growing would leave copies behind.
	body := make([]byte, maxBody+1)
	defer clear(body)
	n, err := io.ReadFull(r.Body, body)
	if err == nil {
		return request{}, http.StatusRequestEntityTooLarge, errors.New("body: larger than 16 KiB")
	}
	ask, err := read(body[:n])
	if err == nil && r.Header.Get("Idempotency-Key") != ask.Reference {
		err = errKey
	}
	return ask, http.StatusBadRequest, err
}

// deliver gives the first answer, in the manner of the card. This is where a
// hostile sandbox will misbehave: what it does here changes no row.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, row Authorization, does Behaviour) {
	if does.Silent {
		hold(w, r, patience)
		panic(http.ErrAbortHandler) // cuts the connection without an answer
	}
	hold(w, r, s.Latency+does.Delay)
	answer(w, http.StatusOK, row)
}

// hold lets time pass, unless the client leaves.
func hold(w http.ResponseWriter, r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	// net/http takes the end of its ReadTimeout, which runs on, for the client's
	// leaving. The request is read, so the timeout has done its work.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// decide makes the ledger's row of a request.
func (s *Server) decide(ask request, does Behaviour, publicURL string) Authorization {
	now := s.now()
	row := Authorization{
		ID: "auth_" + id.Random(), Reference: ask.Reference, Amount: ask.Amount, Currency: ask.Currency, Descriptor: ask.Descriptor,
		BIN: ask.card.Number.BIN(), Last4: ask.card.Number.Last4(), ReturnURL: ask.ReturnURL,
		AVS: addressResult(ask.Billing), CVVResult: cvvResult(ask.card.CVV, does), At: now,
		Capture: ask.Capture, Initiator: ask.Initiator, Recurring: ask.Recurring, Installments: ask.Installments, Agreement: ask.SchemeReference,
		Authenticate: ask.Authenticate, Exempt: ask.Exempt, Network: ask.Network, Billing: ask.Billing,
		Modifications: []Modification{},
	}
	// Under an agreement the shopper is not there, and the issuer has seen them before.
	does.Challenge = (does.Challenge && !ask.Exempt || ask.Authenticate && does.Decline == "" && !does.Unasked) && ask.Initiator != "merchant"
	switch {
	case ask.card.Expiry.Passed(now):
		row.decline(processor.ExpiredCard)
	case does.Challenge:
		row.Status, row.ChallengeURL = processor.Challenge, publicURL+"/challenge/"+row.ID
	case does.Decline != "":
		row.decline(does.Decline)
	case does.Frictionless && ask.Initiator != "merchant":
		row.authenticate(processor.Frictionless)
		row.approve()
	default:
		row.approve()
	}
	return row
}

// authenticate notes how the issuer made sure that it was the shopper. Visa writes 05 and
// Mastercard 02 when it is.
func (a *Authorization) authenticate(how processor.Authentication) {
	a.Authentication, a.ECI = how, "05"
	if a.BIN[0] == '5' || a.BIN[0] == '2' {
		a.ECI = "02"
	}
}

// cvvResult is the letter that the check of a CVV gives: P, not processed, when
// there is none.
func cvvResult(given pan.CVV, does Behaviour) string {
	switch {
	case len(given.Bytes()) == 0:
		return "P"
	case does.CVVResult != "":
		return does.CVVResult
	default:
		return "M"
	}
}

// approve ends an authorization well.
func (a *Authorization) approve() {
	a.Status, a.NetworkCode, a.ChallengeURL = processor.Approved, "00", ""
	a.ApprovalCode = strings.ToUpper(a.ID[len(a.ID)-6:])
	a.SchemeReference = "NET" + strings.ToUpper(a.ID[len(a.ID)-12:])
	if a.Capture {
		a.Captured = a.Amount
	}
}

// decline ends an authorization for a reason.
func (a *Authorization) decline(code processor.DeclineCode) {
	a.Status, a.DeclineCode, a.NetworkCode, a.ChallengeURL = processor.Declined, code, networkCodes[code], ""
	switch code {
	case processor.IncorrectCVV:
		if a.CVVResult != "P" {
			a.CVVResult = "N"
		}
	case processor.IssuerUnavailable, processor.ProcessingError, processor.AuthenticationFailed:
		a.AVS, a.CVVResult = "U", "P" // nobody got as far as checking
	}
}

// failAuthentication ends a challenge that the shopper refused or left.
func (a *Authorization) failAuthentication() { a.decline(processor.AuthenticationFailed) }
