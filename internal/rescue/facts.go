package rescue

import (
	"slices"
	"time"
)

// Facts are what a decision is made of. They are kept with it, so that another table can
// be tried on them; none of them tells who the shopper is.
type Facts struct {
	Class  Class  `json:"class"`
	Reason Reason `json:"reason"`
	Code   string `json:"code,omitempty"` // ISO 8583, data element 39, when it is known
	// Wait is for how long the scheme wants it left alone, in nanoseconds.
	Wait time.Duration `json:"wait,omitempty"`

	Kind    Kind   `json:"kind"`
	Source  Source `json:"source"`
	Present bool   `json:"present"` // the shopper waits in our checkout
	Test    bool   `json:"test"`
	Cue     Cue    `json:"cue,omitempty"`

	Score  int  `json:"score"`  // of the visit, 0 to 100; -1 when nothing is known of it
	Device bool `json:"device"` // one that has been seen here before

	// What is known of the card, the payer and the device at this merchant's.
	CardApprovals   int `json:"card_approvals"`
	CardDeclines    int `json:"card_declines"`
	CardHard        int `json:"card_hard"` // hard declines
	PayerApprovals  int `json:"payer_approvals"`
	PayerDeclines   int `json:"payer_declines"`
	DeviceApprovals int `json:"device_approvals"`

	Type    string `json:"type,omitempty"` // credit, debit, prepaid or charge
	Country string `json:"country,omitempty"`
	Offset  *int   `json:"offset,omitempty"` // of the shopper's clock from UTC, in minutes
	Amount  int64  `json:"amount"`           // minor units
	Hour    int    `json:"hour"`             // where the card was issued, 0 to 23

	CVV           bool `json:"cvv"`
	Phone         bool `json:"phone"`
	Address       bool `json:"address"`       // a billing postal code is known
	Sent          bool `json:"sent"`          // the address was sent with the last try
	Authenticated bool `json:"authenticated"` // the issuer has seen the shopper for it
	Confirmed     bool `json:"confirmed"`     // the shopper has agreed to another try
	Tries         int  `json:"tries"`         // made here for this sale
	Repeats       int  `json:"repeats"`       // of them at the processor that declined last, after the first
	Others        int  `json:"others"`        // processors that were not asked yet

	Possible []Action `json:"possible"` // what can be done at all
}

// verdict is what the decline means.
func (f Facts) verdict() Verdict {
	return Verdict{Class: f.Class, Reason: f.Reason, Network: f.Code, Wait: f.Wait, Known: true}
}

// can tells whether something can be done at all: whatever a table says, a card that was
// refused for good is not asked for again.
func (f Facts) can(a Action) bool {
	return slices.Contains(f.Possible, a) && (a == Decline || f.Class != Hard && f.CardHard == 0)
}

// fact is how a condition finds its fact: a text, a number or a truth value.
var facts = map[string]func(Facts) any{
	"class":            func(f Facts) any { return string(f.Class) },
	"reason":           func(f Facts) any { return string(f.Reason) },
	"code":             func(f Facts) any { return f.Code },
	"kind":             func(f Facts) any { return string(f.Kind) },
	"source":           func(f Facts) any { return string(f.Source) },
	"present":          func(f Facts) any { return f.Present },
	"test":             func(f Facts) any { return f.Test },
	"cue":              func(f Facts) any { return string(f.Cue) },
	"score":            func(f Facts) any { return int64(f.Score) },
	"device":           func(f Facts) any { return f.Device },
	"card_approvals":   func(f Facts) any { return int64(f.CardApprovals) },
	"card_declines":    func(f Facts) any { return int64(f.CardDeclines) },
	"card_hard":        func(f Facts) any { return int64(f.CardHard) },
	"payer_approvals":  func(f Facts) any { return int64(f.PayerApprovals) },
	"payer_declines":   func(f Facts) any { return int64(f.PayerDeclines) },
	"device_approvals": func(f Facts) any { return int64(f.DeviceApprovals) },
	"type":             func(f Facts) any { return f.Type },
	"country":          func(f Facts) any { return f.Country },
	"amount":           func(f Facts) any { return f.Amount },
	"hour":             func(f Facts) any { return int64(f.Hour) },
	"cvv":              func(f Facts) any { return f.CVV },
	"phone":            func(f Facts) any { return f.Phone },
	"address":          func(f Facts) any { return f.Address },
	"sent":             func(f Facts) any { return f.Sent },
	"authenticated":    func(f Facts) any { return f.Authenticated },
	"confirmed":        func(f Facts) any { return f.Confirmed },
	"tries":            func(f Facts) any { return int64(f.Tries) },
	"repeats":          func(f Facts) any { return int64(f.Repeats) },
	"others":           func(f Facts) any { return int64(f.Others) },
}
