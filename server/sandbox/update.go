package sandbox

import (
	"io"
	"net/http"

	"github.com/paywicket/paywicket/internal/pan"
)

// cardUpdate is what the card updater says of a card.
type cardUpdate struct {
	Status   string `json:"status"` // current | new_expiry | new_number | closed | contact_cardholder
	Number   string `json:"number,omitempty"`
	ExpMonth int    `json:"exp_month,omitempty"`
	ExpYear  int    `json:"exp_year,omitempty"`
}

// renewedFor is how many years a renewed card is good.
const renewedFor = 4

// replacements are the cards that were replaced by another, or by none.
var replacements = map[string]cardUpdate{
	"4000000000009987": {Status: "new_number", Number: "4111111111111111"}, // lost
	"4000000000009979": {Status: "closed"},                                 // stolen
	"4000160000004147": {Status: "contact_cardholder"},                     // picked up
}

// updateCard says what has become of a card, as the schemes' account updaters do: one
// that has expired was renewed, one that was lost was replaced. The numbers it gives are
// test cards.
func (s *Server) updateCard(w http.ResponseWriter, r *http.Request) {
	body := make([]byte, maxBody)
	defer clear(body)
	n, _ := io.ReadFull(r.Body, body)
	asked, err := readUpdate(body[:n])
	defer asked.Wipe()
	if err != nil {
		answer(w, http.StatusBadRequest, problem{err.Error()})
		return
	}
	said, replaced := replacements[string(asked.Number.Bytes())]
	renewed := asked.Expiry
	if replaced && said.Number != "" || !replaced && renewed.Passed(s.now()) {
		renewed.Year = s.now().Year() + renewedFor
	}
	switch {
	case replaced && said.Number == "":
	case replaced:
		said.ExpMonth, said.ExpYear = renewed.Month, renewed.Year
	case renewed != asked.Expiry:
		said = cardUpdate{Status: "new_expiry", ExpMonth: renewed.Month, ExpYear: renewed.Year}
	default:
		said = cardUpdate{Status: "current"}
	}
	answer(w, http.StatusOK, said)
}

// readUpdate reads {"number", "exp_month", "exp_year"}.
func readUpdate(body []byte) (pan.Card, error) {
	var asked pan.Card
	var number, month, year []byte
	err := members(body, func(name, value []byte) error {
		switch string(name) {
		case "number":
			number = value
		case "exp_month":
			month = value
		case "exp_year":
			year = value
		default:
			return errBody
		}
		return nil
	})
	if err != nil {
		return asked, err
	}
	if asked.Expiry, err = expiry(month, year); err != nil {
		return asked, err
	}
	if asked.Number, err = pan.ParseNumber(between(number)); err != nil {
		return asked, errNumber
	}
	return asked, nil
}
