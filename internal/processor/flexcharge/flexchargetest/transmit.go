package flexchargetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// Copy is what the peer was told became of a payment.
type Copy struct {
	Reference string
	ID        string // the peer's own name for it
	Declined  bool
	ByToken   bool     // it named a card of the vault
	Bodies    []string // as they came: more than one when it was sent again
}

// Copies gives what was transmitted, a key once, oldest first.
func (s *Server) Copies() []Copy {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.copies)
}

// transmit keeps a copy, a key once.
func (s *Server) transmit(r *http.Request) answer {
	text, err := io.ReadAll(r.Body)
	var in asked
	if err != nil || json.Unmarshal(text, &in) != nil {
		return bad("Body", "is no JSON")
	}
	if field := in.missing(); field != "" {
		return bad(field, "The field is required.")
	}
	if in.IsDeclined == nil {
		return bad("IsDeclined", "The IsDeclined field is required.")
	}
	if _, known := s.cards[in.PaymentMethod.CardNumber]; in.PaymentMethod.Token && !known {
		return bad("PaymentMethod.CardNumber", "The card is not known.")
	}
	at := slices.IndexFunc(s.copies, func(c Copy) bool { return c.Reference == in.IdempotencyKey })
	if at < 0 {
		at = len(s.copies)
		s.copies = append(s.copies, Copy{
			Reference: in.IdempotencyKey, ID: fmt.Sprintf("3d1e7c40-0000-4000-8000-%012d", at+1), Declined: *in.IsDeclined, ByToken: in.PaymentMethod.Token,
		})
	}
	kept := &s.copies[at]
	kept.Bodies = append(kept.Bodies, string(text))
	return answer{status: http.StatusOK, body: map[string]any{
		"transmitId": kept.ID, "success": true, "result": "Success", "status": nil, "statusCode": nil, "errors": []any{}, "customProperties": map[string]any{},
	}}
}
