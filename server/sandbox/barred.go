package sandbox

import (
	"slices"

	"github.com/paywicket/paywicket/internal/processor"
)

// hard are the declines after which a card is never to be asked for again, and after which
// every further try costs a fee: category 1 of Visa's decline response codes, "issuer will
// never approve", as far as there is a decline code for it (04, 14, 41, 43, 57; Checkout.com's
// documentation of Visa response code categories).
var hard = []processor.DeclineCode{
	processor.PickUpCard, processor.InvalidAccount, processor.LostCard, processor.StolenCard, processor.NotPermitted,
}

// bar remembers a card that was declined for good. The caller has the ledger's lock.
func (l *Ledger) bar(e *entry) {
	if e.card != (fingerprint{}) && e.row.Status == processor.Declined && slices.Contains(hard, e.row.DeclineCode) {
		l.barred[e.card.number] = true
	}
}

// Barred counts the authorizations that were asked for though the card's issuer had said,
// since the ledger was opened, never to ask for it again. The same reference asked for
// again is no further try.
func (l *Ledger) Barred() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, e := range l.entries {
		if e.row.Barred {
			n++
		}
	}
	return n
}
