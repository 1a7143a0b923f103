// Package audit is the append-only record of who did what to what. Each entry
// carries a hash over itself and the entry before it, so that removing, adding or
// changing one breaks every hash after it.
//
// Entries are written in the transaction of the act they record; an act whose
// entry cannot be written does not happen. They never hold card data.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Entry is one act.
type Entry struct {
	At       time.Time // kept to the millisecond
	Merchant string    // empty for acts of the operator that concern nobody in particular
	Actor    string    // who: "shopper cs_…", "key key_…", "resolver", "operator"
	Action   string    // what: "payment.open", "token.keep", …
	Object   string    // to which: the id of the thing
	Detail   string    // in a few words, such as "inflight → authorized"
}

// Hash is the link of the chain: SHA-256 over the previous hash and the entry's
// fields, each with its length before it so that no two entries read the same.
func (e Entry) Hash(previous []byte) []byte {
	h := sha256.New()
	write := func(field []byte) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		h.Write(length[:])
		h.Write(field)
	}
	write(previous)
	write(binary.BigEndian.AppendUint64(nil, uint64(e.At.UnixMilli())))
	for _, field := range []string{e.Merchant, e.Actor, e.Action, e.Object, e.Detail} {
		write([]byte(field))
	}
	return h.Sum(nil)
}

// Revision is the detail of a change to a thing that counts its changes.
func Revision(n int) string { return fmt.Sprintf("revision %d", n) }

// RevisionOf reads what Revision wrote; ok is false for any other detail.
func RevisionOf(detail string) (n int, ok bool) {
	text, ok := strings.CutPrefix(detail, "revision ")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}
