package sandbox

import (
	"encoding/json"
	"net/http"

	"github.com/paywicket/paywicket/internal/processor"
)

// TestCode is the one-time code with which any pending challenge is passed, beside the
// issuer's page. It is the one of Flutterwave's documentation.
const TestCode = "12345"

// answerChallenge takes a one-time code that the shopper was sent, for who asks for it on a
// page of its own. A wrong one changes nothing; a settled authorization is answered
// unchanged.
func (s *Server) answerChallenge(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Code string `json:"code"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&given); err != nil {
		answer(w, http.StatusBadRequest, problem{"code: cannot be read"})
		return
	}
	row, known := s.Ledger.Find(r.PathValue("reference"))
	if known && row.Status == processor.Challenge && given.Code != TestCode {
		answer(w, http.StatusUnprocessableEntity, problem{"code: is not the one that was sent"})
		return
	}
	var err error
	if known {
		row, known, err = s.Ledger.settle(row.Reference, confirm)
	}
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
