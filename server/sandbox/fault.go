package sandbox

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"sync"
)

// Fault is one way in which an answer goes wrong. Those before the decision leave
// nothing in the ledger; those after it leave it undone in nobody's mind but the
// caller's.
type Fault string

// The faults.
const (
	RefuseBefore Fault = "refuse"         // the connection is cut before the request is read
	HangBefore   Fault = "hang_before"    // read, never decided, never answered
	TooEarly     Fault = "425_before"     // not decided
	Throttled    Fault = "429_before"     // not decided
	Timeout408   Fault = "408_before"     // not decided
	Broken500    Fault = "500_before"     // not decided
	Down503      Fault = "503_before"     // not decided
	ResetAfter   Fault = "reset_after"    // decided, and the connection is reset before the answer
	ResetMiddle  Fault = "reset_middle"   // reset in the middle of the body
	HangAfter    Fault = "hang_after"     // approve, then time out
	Drip         Fault = "drip"           // a byte at a time, too slowly
	HalfHeader   Fault = "half_header"    // the connection ends within the header
	Answered500  Fault = "500_after"      // decided, and answered as if it was not
	Answered502  Fault = "502_after"      // as a proxy does
	Answered504  Fault = "504_after"      // as a proxy does
	Empty        Fault = "empty"          // 200 and nothing
	HTML         Fault = "html"           // 200 and a page
	Truncated    Fault = "truncated"      // 200 and half an object
	Huge         Fault = "huge"           // 200 and no end of it
	Deep         Fault = "deep"           // 200 and a thousand brackets
	WrongAmount  Fault = "wrong_amount"   // about another amount
	WrongMoney   Fault = "wrong_currency" // about another currency
	WrongName    Fault = "wrong_reference"
	Twice        Fault = "twice"         // the same answer two times on one connection
	LateApproval Fault = "late_approval" // decided, answered 504, and unknown to look-ups for a while
)

// AllFaults lists them, for tests that try each.
var AllFaults = []Fault{
	RefuseBefore, HangBefore, TooEarly, Throttled, Timeout408, Broken500, Down503, ResetAfter, ResetMiddle, HangAfter, Drip, HalfHeader,
	Answered500, Answered502, Answered504, Empty, HTML, Truncated, Huge, Deep, WrongAmount, WrongMoney, WrongName, Twice, LateApproval,
}

// before tells whether a fault strikes before anything is decided.
func (f Fault) before() bool {
	switch f {
	case RefuseBefore, HangBefore, TooEarly, Throttled, Timeout408, Broken500, Down503:
		return true
	}
	return false
}

// Faults decides which answers go wrong, and how. With the same seed the same calls go
// wrong in the same way, in whatever order they come: what decides is the call's name
// and how often it was made.
type Faults struct {
	Seed uint64
	Rate float64 // of answers that go wrong, from 0 to 1

	mu    sync.Mutex
	armed []Fault
	asked map[string]uint64
}

// Arm makes the next answers go wrong in given ways, whatever the rate.
func (f *Faults) Arm(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = append(f.armed, faults...)
}

// choose gives the fault of a call, or none. Only what changes something takes an armed
// one.
func (f *Faults) choose(call string, changes bool) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if changes && len(f.armed) > 0 {
		next := f.armed[0]
		f.armed = f.armed[1:]
		return next
	}
	if f.Rate <= 0 {
		return ""
	}
	if f.asked == nil {
		f.asked = map[string]uint64{}
	}
	f.asked[call]++
	name := fnv.New64a()
	_, _ = name.Write(binary.BigEndian.AppendUint64([]byte(call), f.asked[call]))
	dice := rand.New(rand.NewPCG(f.Seed, name.Sum64()))
	if dice.Uint64() > uint64(f.Rate*math.MaxUint64) {
		return ""
	}
	return AllFaults[dice.IntN(len(AllFaults))]
}

// Disarm forgets what was armed and did not strike.
func (f *Faults) Disarm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = nil
}
