package keyring

import (
	"bytes"
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// The key sets, by what they are for. The names are stored, and bound into each
// wrapped set so that one cannot be passed off as another.
const (
	dataSet        = "data"
	fingerprintSet = "fingerprint"
	expansionSet   = "expansion"
	signingSet     = "signing"
)

// Store keeps wrapped key sets.
type Store interface {
	// FindKeyset gives a wrapped key set, or nil when there is none of that name yet.
	FindKeyset(ctx context.Context, name string) ([]byte, error)
	// KeepKeyset keeps a new wrapped key set unless one of that name exists, and
	// gives the one that is kept.
	KeepKeyset(ctx context.Context, name string, wrapped []byte) ([]byte, error)
	// ReplaceKeyset puts a wrapped key set in the place of the one that before is.
	// Errors: fault.Conflict when that is not the one kept any more.
	ReplaceKeyset(ctx context.Context, name string, before, wrapped []byte) error
}

// dataKeys is the opened set of keys that rows are sealed with.
type dataKeys struct {
	tink.AEAD
	handle  *keyset.Handle
	wrapped []byte
}

// holds tells whether a key is in the set.
func (k *dataKeys) holds(key uint32) bool {
	for _, info := range k.handle.KeysetInfo().GetKeyInfo() {
		if info.GetKeyId() == key {
			return true
		}
	}
	return false
}

// Open unwraps the key sets with the master key, making those that do not exist.
func Open(ctx context.Context, store Store, master tink.AEAD) (*Ring, error) {
	ring := &Ring{store: store, master: master}
	wrapped, err := ring.find(ctx, dataSet, aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if err := ring.openData(wrapped); err != nil {
		return nil, err
	}
	handle, err := ring.open(ctx, fingerprintSet, prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, err
	}
	if ring.fingerprint, err = prf.NewPRFSet(handle); err != nil {
		return nil, fmt.Errorf("keyring: %s keys: %w", fingerprintSet, err)
	}
	if handle, err = ring.open(ctx, expansionSet, prf.HKDFSHA256PRFKeyTemplate()); err != nil {
		return nil, err
	}
	if ring.expansion, err = prf.NewPRFSet(handle); err != nil {
		return nil, fmt.Errorf("keyring: %s keys: %w", expansionSet, err)
	}
	if handle, err = ring.open(ctx, signingSet, mac.HMACSHA256Tag128KeyTemplate()); err != nil {
		return nil, err
	}
	if ring.signing, err = mac.New(handle); err != nil {
		return nil, fmt.Errorf("keyring: %s keys: %w", signingSet, err)
	}
	return ring, nil
}

// open gives a set, unwrapped, and makes it when there is none.
func (r *Ring) open(ctx context.Context, name string, template *tinkpb.KeyTemplate) (*keyset.Handle, error) {
	wrapped, err := r.find(ctx, name, template)
	if err != nil {
		return nil, err
	}
	return r.unwrap(name, wrapped)
}

// openData makes a wrapped set the one that is used.
func (r *Ring) openData(wrapped []byte) error {
	handle, err := r.unwrap(dataSet, wrapped)
	if err != nil {
		return err
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return fmt.Errorf("keyring: %s keys: %w", dataSet, err)
	}
	r.data.Store(&dataKeys{primitive, handle, wrapped})
	return nil
}

// find gives a wrapped set, and makes it when there is none.
func (r *Ring) find(ctx context.Context, name string, template *tinkpb.KeyTemplate) ([]byte, error) {
	wrapped, err := r.store.FindKeyset(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("keyring: find %s keys: %w", name, err)
	}
	if wrapped != nil {
		return wrapped, nil
	}
	fresh, err := keyset.NewHandle(template)
	if err != nil {
		return nil, fmt.Errorf("keyring: make %s keys: %w", name, err)
	}
	if wrapped, err = r.wrap(name, fresh); err != nil {
		return nil, err
	}
	if wrapped, err = r.store.KeepKeyset(ctx, name, wrapped); err != nil {
		return nil, fmt.Errorf("keyring: keep %s keys: %w", name, err)
	}
	return wrapped, nil
}

func (r *Ring) wrap(name string, handle *keyset.Handle) ([]byte, error) {
	var out bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&out), r.master, wrapContext(name)); err != nil {
		return nil, fmt.Errorf("keyring: wrap %s keys: %w", name, err)
	}
	return out.Bytes(), nil
}

func (r *Ring) unwrap(name string, wrapped []byte) (*keyset.Handle, error) {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), r.master, wrapContext(name))
	if err != nil {
		return nil, fmt.Errorf("keyring: the master key does not open the %s keys; is it the one this database was made with? %w", name, err)
	}
	return handle, nil
}

func wrapContext(name string) []byte { return []byte("paywicket keyset v1 " + name) }
