package native

import (
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/server/wire"
)

// Device is a device as the API shows it.
type Device struct {
	ID       string    `json:"id"`
	Known    []string  `json:"known"`    // what is known of it, in words
	Networks []string  `json:"networks"` // where it came from lately, the newest last
	Visits   int       `json:"visits"`
	FirstAt  time.Time `json:"first_at"`
	LastAt   time.Time `json:"last_at"`
}

// Visit is what the pages of a checkout, and those that led to it, tell together.
type Visit struct {
	Device     *string  `json:"device"`     // null before its pages have said anything
	Verdict    string   `json:"verdict"`    // recognised | possible | new; empty before
	Confidence float64  `json:"confidence"` // from 0 to 1
	Reasons    []string `json:"reasons"`
	Moved      bool     `json:"moved"`    // its pages are on different devices
	Replayed   bool     `json:"replayed"` // a page sent what another had recorded
	Pages      int      `json:"pages"`
}

// deviceOf reads the device of the path.
func deviceOf(call wire.Call) (string, error) {
	name := call.Param("id")
	if !id.Valid(id.Device, name) {
		return "", fault.New(fault.NotFound, "There is nothing of that id here.")
	}
	return name, nil
}

func (a *API) findDevice(call wire.Call, _ wire.Empty) (Device, error) {
	name, err := deviceOf(call)
	if err != nil {
		return Device{}, err
	}
	d, err := a.Sense.Device(call, call.Merchant(), name)
	if err != nil {
		return Device{}, err
	}
	out := Device{ID: d.ID, Known: d.Words(), Networks: d.Networks, Visits: d.Visits, FirstAt: d.FirstAt.UTC(), LastAt: d.LastAt.UTC()}
	if out.Networks == nil {
		out.Networks = []string{}
	}
	return out, nil
}

func (a *API) eraseDevice(call wire.Call, _ wire.Empty) (wire.Empty, error) {
	name, err := deviceOf(call)
	if err != nil {
		return wire.Empty{}, err
	}
	return wire.Empty{}, a.Sense.Erase(call, call.Merchant(), name, call.Actor())
}

func (a *API) findVisit(call wire.Call, _ wire.Empty) (Visit, error) {
	name := call.Param("id")
	if err := named(id.Session, name); err != nil {
		return Visit{}, err
	}
	v, err := a.Checkout.Find(call, call.Merchant(), name)
	if err != nil {
		return Visit{}, err
	}
	seen, err := a.Sense.Visit(call, call.Merchant(), v.Session.Visit())
	if err != nil {
		return Visit{}, err
	}
	return visit(seen), nil
}

func visit(seen sense.Visit) Visit {
	out := Visit{
		Verdict: string(seen.Likeness.Verdict), Confidence: seen.Likeness.Confidence, Reasons: seen.Likeness.Reasons,
		Moved: seen.Moved, Replayed: seen.Replayed, Pages: len(seen.Pages),
	}
	if seen.Device != "" {
		out.Device = &seen.Device
	}
	if out.Reasons == nil {
		out.Reasons = []string{}
	}
	return out
}
