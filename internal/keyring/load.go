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
	// ReplaceKeysets puts wrapped key sets in the place of those that before are, by
	// name, all or none. Errors: fault.Conflict when one is not the one kept any more.
	ReplaceKeysets(ctx context.Context, before, wrapped map[string][]byte) error
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

// Open gives a ring that is opened with the master key.
func Open(ctx context.Context, store Store, master tink.AEAD) (*Ring, error) {
	r := Sealed(store)
	return r, r.Open(ctx, master)
}

// Open unwraps the key sets with the master key, making those that do not exist.
func (r *Ring) Open(ctx context.Context, master tink.AEAD) error {
	keys := &fixedKeys{master: master}
	wrapped, err := r.find(ctx, master, dataSet, aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	data, err := openData(master, wrapped)
	if err != nil {
		return err
	}
	for name, set := range map[string]struct {
		template *tinkpb.KeyTemplate
		use      func(*keyset.Handle) error
	}{
		fingerprintSet: {prf.HMACSHA256PRFKeyTemplate(), func(h *keyset.Handle) (err error) { keys.fingerprint, err = prf.NewPRFSet(h); return err }},
		expansionSet:   {prf.HKDFSHA256PRFKeyTemplate(), func(h *keyset.Handle) (err error) { keys.expansion, err = prf.NewPRFSet(h); return err }},
		signingSet:     {mac.HMACSHA256Tag128KeyTemplate(), func(h *keyset.Handle) (err error) { keys.signing, err = mac.New(h); return err }},
	} {
		if wrapped, err = r.find(ctx, master, name, set.template); err != nil {
			return err
		}
		handle, err := unwrap(master, name, wrapped)
		if err != nil {
			return err
		}
		if err := set.use(handle); err != nil {
			return fmt.Errorf("keyring: %s keys: %w", name, err)
		}
	}
	r.data.Store(data)
	r.fixed.Store(keys)
	return nil
}

// openData opens a wrapped set of data keys.
func openData(master tink.AEAD, wrapped []byte) (*dataKeys, error) {
	handle, err := unwrap(master, dataSet, wrapped)
	if err != nil {
		return nil, err
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("keyring: %s keys: %w", dataSet, err)
	}
	return &dataKeys{primitive, handle, wrapped}, nil
}

// find gives a wrapped set, and makes it when there is none.
func (r *Ring) find(ctx context.Context, master tink.AEAD, name string, template *tinkpb.KeyTemplate) ([]byte, error) {
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
	if wrapped, err = wrap(master, name, fresh); err != nil {
		return nil, err
	}
	if wrapped, err = r.store.KeepKeyset(ctx, name, wrapped); err != nil {
		return nil, fmt.Errorf("keyring: keep %s keys: %w", name, err)
	}
	return wrapped, nil
}

func wrap(master tink.AEAD, name string, handle *keyset.Handle) ([]byte, error) {
	var out bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&out), master, wrapContext(name)); err != nil {
		return nil, fmt.Errorf("keyring: wrap %s keys: %w", name, err)
	}
	return out.Bytes(), nil
}

func unwrap(master tink.AEAD, name string, wrapped []byte) (*keyset.Handle, error) {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), master, wrapContext(name))
	if err != nil {
		return nil, fmt.Errorf("keyring: the master key does not open the %s keys; is it the one this database was made with? %w", name, err)
	}
	return handle, nil
}

func wrapContext(name string) []byte { return []byte("paywicket keyset v1 " + name) }
