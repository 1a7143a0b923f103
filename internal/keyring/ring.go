// Package keyring holds the keys and does everything that needs one: sealing,
// opening, and the keyed fingerprint by which equal cards are found.
//
// Keys form two layers. A master key, kept outside the database, wraps key sets
// (Tink), which are kept in it. A key set may hold several keys, one of them
// primary, so that keys can be rotated while old rows still open.
//
// Refused here: handing out a key, and any hash of a card number without a key
// (100,000 candidates of a bare SHA-256 fall in 0.14 s).
package keyring

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// The key sets, by what they are for. The names are stored, and bound into each
// wrapped set so that one cannot be passed off as another.
const (
	dataSet        = "data"
	fingerprintSet = "fingerprint"
)

// fingerprintBytes is how much of the PRF's output is kept: 128 bits.
const fingerprintBytes = 16

// Store keeps wrapped key sets.
type Store interface {
	// FindKeyset gives a wrapped key set, or nil when there is none of that name yet.
	FindKeyset(ctx context.Context, name string) ([]byte, error)
	// KeepKeyset keeps a new wrapped key set unless one of that name exists, and
	// gives the one that is kept.
	KeepKeyset(ctx context.Context, name string, wrapped []byte) ([]byte, error)
}

// Ring is the opened key sets. It is safe for concurrent use.
type Ring struct {
	data        tink.AEAD
	fingerprint *prf.Set
}

// Open unwraps the key sets with the master key, making those that do not exist.
func Open(ctx context.Context, store Store, master tink.AEAD) (*Ring, error) {
	dataKeys, err := load(ctx, store, master, dataSet, aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	fingerprintKeys, err := load(ctx, store, master, fingerprintSet, prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, err
	}
	ring := &Ring{}
	if ring.data, err = aead.New(dataKeys); err != nil {
		return nil, fmt.Errorf("keyring: %s keys: %w", dataSet, err)
	}
	if ring.fingerprint, err = prf.NewPRFSet(fingerprintKeys); err != nil {
		return nil, fmt.Errorf("keyring: %s keys: %w", fingerprintSet, err)
	}
	return ring, nil
}

func load(ctx context.Context, store Store, master tink.AEAD, name string, template *tinkpb.KeyTemplate) (*keyset.Handle, error) {
	wrapped, err := store.FindKeyset(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("keyring: find %s keys: %w", name, err)
	}
	if wrapped == nil {
		fresh, err := keyset.NewHandle(template)
		if err != nil {
			return nil, fmt.Errorf("keyring: make %s keys: %w", name, err)
		}
		var out bytes.Buffer
		if err := fresh.WriteWithAssociatedData(keyset.NewBinaryWriter(&out), master, wrapContext(name)); err != nil {
			return nil, fmt.Errorf("keyring: wrap %s keys: %w", name, err)
		}
		if wrapped, err = store.KeepKeyset(ctx, name, out.Bytes()); err != nil {
			return nil, fmt.Errorf("keyring: keep %s keys: %w", name, err)
		}
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), master, wrapContext(name))
	if err != nil {
		return nil, fmt.Errorf("keyring: the master key does not open the %s keys; is it the one this database was made with? %w", name, err)
	}
	return handle, nil
}

func wrapContext(name string) []byte { return []byte("paywicket keyset v1 " + name) }

// Seal encrypts and binds the result to its context: it opens only with the same
// context. plaintext stays the caller's to wipe.
func (r *Ring) Seal(plaintext, context []byte) ([]byte, error) {
	sealed, err := r.data.Encrypt(plaintext, context)
	if err != nil {
		return nil, fmt.Errorf("keyring: seal: %w", err)
	}
	return sealed, nil
}

// Unseal decrypts what Seal made with the same context. The result is the
// caller's to wipe.
func (r *Ring) Unseal(sealed, context []byte) ([]byte, error) {
	plaintext, err := r.data.Decrypt(sealed, context)
	if err != nil {
		return nil, fmt.Errorf("keyring: unseal: %w", err)
	}
	return plaintext, nil
}

// Fingerprint gives the keyed fingerprint of a value within a scope, such as a
// card number within a merchant: 32 hexadecimal characters, equal for equal
// values, unrelated across scopes.
func (r *Ring) Fingerprint(scope string, value []byte) (string, error) {
	input := make([]byte, 0, len(scope)+1+len(value))
	input = append(input, scope...)
	input = append(input, 0)
	input = append(input, value...)
	defer clear(input)
	out, err := r.fingerprint.ComputePrimaryPRF(input, fingerprintBytes)
	if err != nil {
		return "", fmt.Errorf("keyring: fingerprint: %w", err)
	}
	return hex.EncodeToString(out), nil
}
