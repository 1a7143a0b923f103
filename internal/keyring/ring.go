// Package keyring holds the keys and does everything that needs one: sealing and
// opening, the keyed fingerprint by which equal cards are found, the expansion that
// makes a long token hard to guess, and the signature that holds a row together.
//
// Keys form two layers. A master key, kept outside the database, wraps key sets
// (Tink), which are kept in it. A key set may hold several keys, one of them
// primary, so that keys can be rotated while old rows still open.
//
// The master key is a file's, a variable's or a key service's (master.go, kms.go), or
// it is split among several people, and the ring is sealed until enough of them have
// given their shares (split.go).
//
// Refused here: handing out a key, and any hash of a card number without a key
// (100,000 candidates of a bare SHA-256 fall in 0.14 s).
package keyring

import (
	"crypto/sha256"
	"fmt"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// fingerprintBytes is how much of the PRF's output is kept: 128 bits.
const fingerprintBytes = 16

// Ring is the key sets, opened or sealed. It is safe for concurrent use.
type Ring struct {
	store Store
	data  atomic.Pointer[dataKeys]
	fixed atomic.Pointer[fixedKeys] // nil while it is sealed
}

// fixedKeys are those that are not replaced.
type fixedKeys struct {
	master      tink.AEAD
	fingerprint *prf.Set
	expansion   *prf.Set
	signing     tink.MAC
}

// Sealed gives a ring that does nothing, and says so, until Open.
func Sealed(store Store) *Ring { return &Ring{store: store} }

// IsSealed tells whether the ring still waits for its master key.
func (r *Ring) IsSealed() bool { return r.fixed.Load() == nil }

var errSealed = fault.New(fault.Unavailable, "The server is sealed: its operators have not given it its key yet. Nothing was done; try again later.")

// Ready is nil, or while the ring is sealed the fault that everything gives then.
func (r *Ring) Ready() error {
	_, err := r.opened()
	return err
}

func (r *Ring) opened() (*fixedKeys, error) {
	if keys := r.fixed.Load(); keys != nil {
		return keys, nil
	}
	return nil, errSealed
}

// Seal encrypts and binds the result to its context: it opens only with the same
// context. plaintext stays the caller's to wipe.
func (r *Ring) Seal(plaintext, context []byte) ([]byte, error) {
	keys := r.data.Load()
	if keys == nil {
		return nil, errSealed
	}
	sealed, err := keys.Encrypt(plaintext, context)
	if err != nil {
		return nil, fmt.Errorf("keyring: seal: %w", err)
	}
	return sealed, nil
}

// Unseal decrypts what Seal made with the same context. The result is the
// caller's to wipe. What was sealed with a key that came to the set after this ring
// was opened is opened too: the set is read again then.
func (r *Ring) Unseal(sealed, context []byte) ([]byte, error) {
	keys := r.data.Load()
	if keys == nil {
		return nil, errSealed
	}
	if key, ok := KeyOf(sealed); ok && !keys.holds(key) {
		var err error
		if keys, err = r.refresh(); err != nil {
			return nil, err
		}
	}
	plaintext, err := keys.Decrypt(sealed, context)
	if err != nil {
		return nil, fmt.Errorf("keyring: unseal: %w", err)
	}
	return plaintext, nil
}

// Fingerprint gives the keyed fingerprint of a value within a scope, such as a
// card number within a merchant: 26 characters of the house alphabet, equal for
// equal values, unrelated across scopes. Neither may hold a zero byte. (Hexadecimal
// would do as well, but one in a thousand looks like a card number in it.)
func (r *Ring) Fingerprint(scope string, value []byte) (string, error) {
	// Filled up with zeros to whole blocks, none of it stays behind in the hash: what
	// does not fill a block is copied into its state, and that is freed unwiped (of a
	// thousand card numbers 190 were found there).
	length := (len(scope) + 1 + len(value) + sha256.BlockSize - 1) / sha256.BlockSize * sha256.BlockSize
	input := make([]byte, length)
	copy(input, scope)
	copy(input[len(scope)+1:], value)
	defer clear(input)
	keys, err := r.opened()
	if err != nil {
		return "", err
	}
	out, err := keys.fingerprint.ComputePrimaryPRF(input, fingerprintBytes)
	if err != nil {
		return "", fmt.Errorf("keyring: fingerprint: %w", err)
	}
	return id.Encode(out), nil
}

// Expand gives so many bytes that follow from a seed and nobody without the key can
// tell: 1 to 8,160 of them (HKDF, RFC 5869, of SHA-256).
func (r *Ring) Expand(seed []byte, bytes uint32) ([]byte, error) {
	keys, err := r.opened()
	if err != nil {
		return nil, err
	}
	out, err := keys.expansion.ComputePrimaryPRF(seed, bytes)
	if err != nil {
		return nil, fmt.Errorf("keyring: expand: %w", err)
	}
	return out, nil
}

// Sign gives a message's signature: a keyed sum of 21 bytes, which only this ring
// can make and check. A message begins with what it is, so that none passes for one of
// another kind.
func (r *Ring) Sign(message []byte) ([]byte, error) {
	keys, err := r.opened()
	if err != nil {
		return nil, err
	}
	signature, err := keys.signing.ComputeMAC(message)
	if err != nil {
		return nil, fmt.Errorf("keyring: sign: %w", err)
	}
	return signature, nil
}

// CheckSignature is an error unless Sign gave the signature for the message.
func (r *Ring) CheckSignature(message, signature []byte) error {
	keys, err := r.opened()
	if err != nil {
		return err
	}
	if err := keys.signing.VerifyMAC(signature, message); err != nil {
		return fmt.Errorf("keyring: signature: %w", err)
	}
	return nil
}
