package rescue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// History is what is known of a card, a payer or a device at one merchant's.
type History struct {
	Approved   int
	Declined   int
	Hard       int // declines since that say that nothing will ever come of the card
	ApprovedAt time.Time
	DeclinedAt time.Time
}

// Transmission is a payment of ours, or a sale that a merchant told of, that is still to
// be learned from.
type Transmission struct {
	Position int64
	Merchant string
	ID       string // a UUID, for who told of it
	Payment  string // ours; empty for a sale
	Sale     *Told  // nil for a payment of ours
	Learned  bool   // and only to be sent on
	Attempts int    // to send it on
	At       time.Time
}

// Told is what is kept of a sale that a merchant told of: neither a card number nor who
// the shopper is.
type Told struct {
	Site      string       `json:"site"`
	Reference string       `json:"reference"`
	Kind      Kind         `json:"kind"`
	Source    Source       `json:"source"`
	Amount    money.Amount `json:"amount"`
	Declined  bool         `json:"declined"`
	Answer    Answer       `json:"answer"`
	Sale      string       `json:"sale"`
	Subjects  []string     `json:"subjects"`
	Mark      string       `json:"mark,omitempty"`
}

// try is the name under which a declined sale is counted among its card's tries, once
// however often it is told of.
func (t Told) try() string { return "sale:" + t.Reference + ":" + t.Sale }

// Lesson is what a transmission adds to the history of its subjects.
type Lesson struct {
	From     Transmission
	Paid     *payment.Payment // of a payment of ours
	Subjects []string
	Approved bool
	Dead     bool   // nothing will ever come of the card
	Mark     string // whose tries are counted; empty for none
	Try      string // the name of the try: it is counted once; empty for none
	At       time.Time
	SendOn   bool // it is still to be sent on
	models   map[string]processor.Model
}

// Keys names a payer without saying who it is; a keyring.Ring does.
type Keys interface {
	Fingerprint(scope string, value []byte) (string, error)
}

// subjects are the names under which the history of a sale's card, payer and device is
// kept. An address is kept as a keyed hash.
func (s *Service) subjects(merchant, mark, email, device string) ([]string, error) {
	var all []string
	if mark != "" {
		all = append(all, "card:"+mark)
	}
	if email = strings.ToLower(strings.TrimSpace(email)); email != "" {
		name, err := s.Keys.Fingerprint("payer "+merchant, []byte(email))
		if err != nil {
			return nil, fmt.Errorf("rescue: %w", err)
		}
		all = append(all, "payer:"+name)
	}
	if device != "" {
		all = append(all, "device:"+device)
	}
	return all, nil
}

// recall adds what is known of a sale's card, payer and device to its facts.
func (s *Service) recall(ctx context.Context, merchant string, subjects []string, f *Facts) error {
	known, err := s.Store.History(ctx, merchant, subjects)
	if err != nil {
		return err
	}
	for name, h := range known {
		switch kind, _, _ := strings.Cut(name, ":"); kind {
		case "card":
			f.CardApprovals, f.CardDeclines, f.CardHard = h.Approved, h.Declined, h.Hard
		case "payer":
			f.PayerApprovals, f.PayerDeclines = h.Approved, h.Declined
		case "device":
			f.DeviceApprovals = h.Approved
		}
	}
	return nil
}
