package vault

import (
	"fmt"
	"math"

	"github.com/paywicket/paywicket/internal/audit"
)

// History is what the audit trail says of the cards that were changed or erased: as
// much memory as there are of those. Its zero value knows of none.
type History struct{ revisions map[string]int }

// erased stands for the revision of a card that is gone: no record reaches it.
const erased = math.MaxInt

// Note takes an entry in, in the trail's order.
func (h *History) Note(e audit.Entry) {
	if e.Action == "card.save" {
		return // its detail is what a customer agreed to, whatever that says
	}
	revision, changed := audit.RevisionOf(e.Detail)
	if e.Action == "card.erase" {
		revision, changed = erased, true
	}
	if !changed {
		return
	}
	if h.revisions == nil {
		h.revisions = map[string]int{}
	}
	h.revisions[e.Merchant+" "+e.Object] = revision
}

// check is an error when the trail tells of a later record than this.
func (h *History) check(r Record) error {
	switch last := h.revisions[r.Merchant+" "+r.Token.String()]; {
	case last == erased:
		return fmt.Errorf("vault: the audit trail says that it was erased")
	case last > r.Revision:
		return fmt.Errorf("vault: it is revision %d, and the audit trail tells of revision %d", r.Revision, last)
	}
	return nil
}
