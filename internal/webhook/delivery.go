package webhook

import (
	"time"

	"github.com/paywicket/paywicket/internal/event"
)

// DeliveryState is how a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	Waiting   DeliveryState = "waiting" // for the merchant to know the order
	Pending   DeliveryState = "pending"
	Delivered DeliveryState = "delivered"
	Exhausted DeliveryState = "failed"    // tried for 30 days
	Cancelled DeliveryState = "cancelled" // the endpoint was switched off, or the event erased
)

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	Position  int64 // order of commit
	Merchant  string
	Endpoint  string
	Event     string
	Object    string
	State     DeliveryState
	Attempts  int
	Replayed  bool      // the merchant asked for its event again
	DueAt     time.Time // zero when nothing is left to do
	Log       []Attempt // oldest first
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Claimed is a delivery to be made now, with what it takes. What is nil or empty is not
// there any more.
type Claimed struct {
	Delivery
	To   Endpoint
	What event.Event
}

// Attempt is one try, as the delivery log shows it.
type Attempt struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"` // HTTP status; 0 when no answer came
	Error  string    `json:"error"`  // why none came
	Millis int64     `json:"ms"`
	Body   string    `json:"body"` // of the answer, its first KiB
}

// maxBody is how much of an answer's body is kept, in bytes.
const maxBody = 1 << 10

// maxLog is how many attempts are kept of a delivery: the newest.
const maxLog = 40

// tried adds an attempt that ended a delivery, or puts it off.
func (d Delivery) tried(a Attempt, outcome DeliveryState, again time.Duration, now time.Time) Delivery {
	d.Attempts++
	d.Log = append(d.Log[max(0, len(d.Log)+1-maxLog):len(d.Log):len(d.Log)], a)
	d.State, d.DueAt, d.UpdatedAt = outcome, time.Time{}, now
	if outcome == Pending {
		d.DueAt = now.Add(again)
		if d.DueAt.Sub(d.CreatedAt) > GiveUpAfter {
			d.State, d.DueAt = Exhausted, time.Time{}
		}
	}
	return d
}

// cancelled ends a delivery that cannot be made.
func (d Delivery) cancelled(now time.Time) Delivery {
	d.State, d.DueAt, d.UpdatedAt = Cancelled, time.Time{}, now
	return d
}
