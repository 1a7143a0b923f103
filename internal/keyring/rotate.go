package keyring

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// A key is replaced in three steps: AddKey makes a fresh one primary, and new rows
// are sealed with it; whoever keeps rows seals the old ones anew; Retire drops every
// other key, and what they sealed never opens again.

// refreshPatience bounds reading the key set again.
const refreshPatience = 5 * time.Second

// RefreshInterval is how often a server reads the key set again, and so how long
// after AddKey another server may still seal with the key before.
const RefreshInterval = 2 * time.Second

// KeyOf reads which key something was sealed with off its first five bytes (Tink's
// wire format: a one, then the key's id). ok is false when it is nothing of ours.
func KeyOf(sealed []byte) (key uint32, ok bool) {
	if len(sealed) < 5 || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:5]), true
}

// Primary is the prefix of everything that is sealed from now on; nil while the ring is
// sealed.
func (r *Ring) Primary() []byte {
	keys := r.data.Load()
	if keys == nil {
		return nil
	}
	return binary.BigEndian.AppendUint32([]byte{1}, keys.handle.KeysetInfo().GetPrimaryKeyId())
}

// Keys is how many keys the set holds; 0 while the ring is sealed.
func (r *Ring) Keys() int {
	keys := r.data.Load()
	if keys == nil {
		return 0
	}
	return len(keys.handle.KeysetInfo().GetKeyInfo())
}

// AddKey makes a fresh key primary. Errors: fault.Conflict when another process
// changed the set at the same time.
func (r *Ring) AddKey(ctx context.Context) error {
	return r.change(ctx, func(m *keyset.Manager, _ uint32) error {
		added, err := m.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			return err
		}
		return m.SetPrimary(added)
	})
}

// Retire drops every key but the primary one. The caller has made sure that nothing
// is sealed with them any more. Errors: as of AddKey.
func (r *Ring) Retire(ctx context.Context) error {
	return r.change(ctx, func(m *keyset.Manager, primary uint32) error {
		for _, info := range r.data.Load().handle.KeysetInfo().GetKeyInfo() {
			if info.GetKeyId() == primary {
				continue
			}
			if err := m.Delete(info.GetKeyId()); err != nil {
				return err
			}
		}
		return nil
	})
}

// change reads the set, changes it and puts it back, if nobody else did meanwhile.
func (r *Ring) change(ctx context.Context, how func(m *keyset.Manager, primary uint32) error) error {
	keys, err := r.refresh()
	if err != nil {
		return err
	}
	manager := keyset.NewManagerFromHandle(keys.handle)
	if err := how(manager, keys.handle.KeysetInfo().GetPrimaryKeyId()); err != nil {
		return fmt.Errorf("keyring: change %s keys: %w", dataSet, err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return fmt.Errorf("keyring: change %s keys: %w", dataSet, err)
	}
	fixed, err := r.opened()
	if err != nil {
		return err
	}
	wrapped, err := wrap(fixed.master, dataSet, handle)
	if err != nil {
		return err
	}
	if err := r.store.ReplaceKeysets(ctx, map[string][]byte{dataSet: keys.wrapped}, map[string][]byte{dataSet: wrapped}); err != nil {
		return fmt.Errorf("keyring: replace %s keys: %w", dataSet, err)
	}
	return r.take(fixed.master, wrapped)
}

// take makes a wrapped set of data keys the one that is used.
func (r *Ring) take(master tink.AEAD, wrapped []byte) error {
	data, err := openData(master, wrapped)
	if err != nil {
		return err
	}
	r.data.Store(data)
	return nil
}

// refresh reads the set again and gives it.
func (r *Ring) refresh() (*dataKeys, error) {
	fixed, err := r.opened()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), refreshPatience)
	defer cancel()
	wrapped, err := r.store.FindKeyset(ctx, dataSet)
	if err != nil {
		return nil, fmt.Errorf("keyring: find %s keys: %w", dataSet, err)
	}
	if !bytes.Equal(wrapped, r.data.Load().wrapped) {
		if err := r.take(fixed.master, wrapped); err != nil {
			return nil, err
		}
	}
	return r.data.Load(), nil
}

// Follow reads the set again now and then until ctx ends, so that a key that another
// process made primary is soon used here. trouble hears of what goes wrong.
func (r *Ring) Follow(ctx context.Context, trouble func(error)) {
	ticker := time.NewTicker(RefreshInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if _, err := r.refresh(); err != nil && ctx.Err() == nil {
				trouble(err)
			}
		}
	}
}

// Rewrap wraps every key set with another master key, all or none, and goes on with
// that one. The keys themselves stay: what is sealed is not touched. A ring that is
// open elsewhere goes on too, until it is opened again or a data key is replaced.
// Errors: as of AddKey.
func (r *Ring) Rewrap(ctx context.Context, to Master) error {
	fixed, err := r.opened()
	if err != nil {
		return err
	}
	before, after := map[string][]byte{}, map[string][]byte{}
	for _, name := range []string{dataSet, fingerprintSet, expansionSet, signingSet} {
		if before[name], err = r.store.FindKeyset(ctx, name); err != nil {
			return fmt.Errorf("keyring: find %s keys: %w", name, err)
		}
		handle, err := unwrap(fixed.master, name, before[name])
		if err != nil {
			return err
		}
		if after[name], err = wrap(to, name, handle); err != nil {
			return err
		}
	}
	if err := r.store.ReplaceKeysets(ctx, before, after); err != nil {
		return fmt.Errorf("keyring: replace keys: %w", err)
	}
	return r.Open(ctx, to)
}
