package sandbox

import (
	"hash/maphash"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/pan"
)

// seed is made anew with every start, so that a fingerprint is worth nothing
// outside this process.
var seed = maphash.MakeSeed()

// fingerprint tells whether a second request has the same card as the first. The
// CVV is no part of it: even a trace of a CVV may not outlive its authorization.
// It is never written down; and maphash, unlike the hashes of crypto, keeps no
// block of its input behind.
type fingerprint struct {
	number uint64
	expiry card.Expiry
	name   uint64
}

func fingerprintOf(c pan.Card) fingerprint {
	return fingerprint{maphash.Bytes(seed, c.Number.Bytes()), c.Expiry, maphash.String(seed, c.Name)}
}
