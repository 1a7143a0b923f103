package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/processor"
)

// Modification is a capture, void or refund of an authorization, as it was decided.
type Modification struct {
	ID          string                     `json:"id"`
	Kind        processor.ModificationKind `json:"kind"`
	Reference   string                     `json:"reference"`
	Amount      int64                      `json:"amount"` // minor units
	Currency    string                     `json:"currency"`
	Final       bool                       `json:"final"`  // of a capture: the rest is released
	Status      processor.State            `json:"status"` // approved or declined
	DeclineCode processor.DeclineCode      `json:"decline_code"`
	At          time.Time                  `json:"at"`
}

// modificationRequest is what is asked for.
type modificationRequest struct {
	Kind      processor.ModificationKind `json:"kind"`
	Reference string                     `json:"reference"`
	Amount    int64                      `json:"amount"`
	Final     bool                       `json:"final"`
}

// What is wrong with a modification.
var (
	errKind     = errors.New("kind: must be capture, void or refund")
	errModified = errors.New("Idempotency-Key: was used for another modification")
)

// modify decides about a capture, void or refund: once for a reference, however often
// it is asked.
func (s *Server) modify(w http.ResponseWriter, r *http.Request) {
	ask, err := takeModification(r)
	if err != nil {
		answer(w, http.StatusBadRequest, problem{err.Error()})
		return
	}
	var decided Modification
	_, known, err := s.Ledger.change(r.PathValue("reference"), func(row *Authorization) error {
		for _, m := range row.Modifications {
			if m.Reference != ask.Reference {
				continue
			}
			decided = m
			if m.Kind != ask.Kind || m.Amount != ask.Amount || m.Final != ask.Final {
				return errModified
			}
			return errDone
		}
		decided = row.modify(ask, s.now())
		return nil
	})
	switch {
	case !known && err == nil:
		answer(w, http.StatusNotFound, errUnknown)
	case errors.Is(err, errModified):
		answer(w, http.StatusConflict, problem{err.Error()})
	case err != nil && !errors.Is(err, errDone):
		s.Log.Error("the sandbox's ledger cannot be written", "error", err)
		answer(w, http.StatusInternalServerError, errLedger)
	default:
		answer(w, http.StatusOK, decided)
	}
}

func takeModification(r *http.Request) (modificationRequest, error) {
	var ask modificationRequest
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil || json.Unmarshal(text, &ask) != nil {
		return ask, errBody
	}
	switch {
	case ask.Kind != processor.Capture && ask.Kind != processor.Void && ask.Kind != processor.Refund:
		return ask, errKind
	case !referenceForm.MatchString(ask.Reference):
		return ask, errReference
	case r.Header.Get("Idempotency-Key") != ask.Reference:
		return ask, errKey
	}
	return ask, nil
}

// modify decides, and does what it approves. What cannot be is declined, as it would
// be by the acquirer.
func (a *Authorization) modify(ask modificationRequest, now time.Time) Modification {
	m := Modification{
		ID: "mod_" + id.Random(), Kind: ask.Kind, Reference: ask.Reference, Amount: ask.Amount, Currency: a.Currency, Final: ask.Final,
		Status: processor.Declined, DeclineCode: processor.NotPermitted, At: now,
	}
	capturable := a.Amount - a.Captured
	if a.Status != processor.Approved || a.Voided {
		capturable = 0
	}
	switch {
	case ask.Kind == processor.Capture && ask.Amount > 0 && ask.Amount <= capturable:
		m.Status, m.DeclineCode = processor.Approved, ""
		a.Captured += ask.Amount
		a.Voided = ask.Final && a.Captured < a.Amount
	case ask.Kind == processor.Void && capturable > 0 && ask.Amount == capturable:
		m.Status, m.DeclineCode = processor.Approved, ""
		a.Voided = true
	case ask.Kind == processor.Void && a.Voided && ask.Amount == a.Amount-a.Captured:
		m.Status, m.DeclineCode = processor.Approved, "" // it is as was asked for
	case ask.Kind == processor.Refund && ask.Amount > 0 && ask.Amount <= a.Captured-a.Refunded:
		m.Status, m.DeclineCode = processor.Approved, ""
		a.Refunded += ask.Amount
	}
	a.Modifications = append(a.Modifications, m)
	return m
}

func (s *Server) findModification(w http.ResponseWriter, r *http.Request) {
	row, _ := s.Ledger.Find(r.PathValue("reference"))
	for _, m := range row.Modifications {
		if m.Reference == r.PathValue("modification") {
			answer(w, http.StatusOK, m)
			return
		}
	}
	answer(w, http.StatusNotFound, problem{"reference: there is no such modification"})
}
