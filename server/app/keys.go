package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/store"
)

// masterVariable may hold the master key, 32 bytes in base64, so that it need not lie
// on the same disk as the data.
const masterVariable = "PAYWICKET_MASTER_KEY"

// The files of a data directory that have to do with its master key: one or the other.
const (
	masterFile = "master.key"
	splitFile  = "master.shares"
	// nextFile is a master key that is about to take over, or already has.
	nextFile = "master.key.next"
)

// keys is the key ring and, while it is sealed, the shares that are to open it.
type keys struct {
	ring  *keyring.Ring
	split *keyring.Split // nil when the master key is whole

	giving sync.Mutex
	opened chan struct{} // closed once the ring is open
}

// openKeys opens the key ring with the master key: that of a key service when master
// is its URI; the environment's; the data directory's, which may be split, and the
// ring is sealed then.
func openKeys(ctx context.Context, db *store.DB, data, master string) (*keys, error) {
	k := &keys{ring: keyring.Sealed(db), opened: make(chan struct{})}
	text := os.Getenv(masterVariable)
	switch {
	case master != "":
		service, err := keyring.KMS(ctx, master)
		if err != nil {
			return nil, err
		}
		return k, k.open(ctx, service)
	case text != "":
		key, err := keyring.MasterText(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", masterVariable, err)
		}
		return k, k.open(ctx, key)
	}
	if taken, err := k.takeNext(ctx, data); taken || err != nil {
		return k, err
	}
	var err error
	if k.split, err = keyring.OpenSplit(filepath.Join(data, splitFile)); err != nil || k.split != nil {
		return k, err
	}
	key, err := keyring.MasterFile(filepath.Join(data, masterFile))
	if err != nil {
		return nil, err
	}
	return k, k.open(ctx, key)
}

func (k *keys) open(ctx context.Context, master keyring.Master) error {
	if err := k.ring.Open(ctx, master); err != nil {
		return err
	}
	close(k.opened)
	return nil
}

// takeNext opens the ring with the key that was about to take over when somebody
// stopped, if it had.
func (k *keys) takeNext(ctx context.Context, data string) (bool, error) {
	next := filepath.Join(data, nextFile)
	if _, err := os.Stat(next); err != nil {
		return false, nil
	}
	key, err := keyring.MasterFile(next)
	if err == nil && k.open(ctx, key) == nil {
		return true, keyring.Settle(next, filepath.Join(data, masterFile), filepath.Join(data, splitFile))
	}
	return false, nil
}

// Rewrap has another master key take over: that of the key service whose URI is given,
// or a fresh one in the data directory. The one before is removed from there, whole or
// split, and opens nothing any more. Servers that run go on with it until they start
// again.
func (o *Operator) Rewrap(ctx context.Context, data, uri string) error {
	master, split, next := filepath.Join(data, masterFile), filepath.Join(data, splitFile), filepath.Join(data, nextFile)
	if uri != "" {
		service, err := keyring.KMS(ctx, uri)
		if err == nil {
			err = o.keys.ring.Rewrap(ctx, service)
		}
		if err != nil {
			return err
		}
		return keyring.Remove(master, split)
	}
	// One that is left of an attempt that did not come to its end is as good as fresh.
	key, err := keyring.MasterFile(next)
	if err == nil {
		err = o.keys.ring.Rewrap(ctx, key)
	}
	if err != nil {
		return err
	}
	return keyring.Settle(next, master, split)
}

// Status tells whether the ring is sealed, and if so how many shares of how many it
// takes have been given.
func (k *keys) Status() (sealed bool, given, threshold int) {
	if !k.ring.IsSealed() || k.split == nil {
		return false, 0, 0
	}
	return true, k.split.Given(), k.split.Threshold
}

// Give takes a share of the master key in, and opens the ring once there are enough.
// Errors: fault.Invalid when it is none of the key's.
func (k *keys) Give(ctx context.Context, share string) error {
	k.giving.Lock()
	defer k.giving.Unlock()
	if sealed, _, _ := k.Status(); !sealed {
		return nil
	}
	if err := k.split.Give(share); err != nil {
		return err
	}
	if k.split.Given() < k.split.Threshold {
		return nil
	}
	master, err := k.split.Master()
	if err != nil {
		return err
	}
	return k.open(ctx, master)
}

// wait waits until the ring is open.
func (k *keys) wait(ctx context.Context) error {
	select {
	case <-k.opened:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SplitKey splits a data directory's master key, and gives the shares. It is for a
// server that is stopped: one that runs has the key.
func SplitKey(data string, shares, threshold int) ([]string, error) {
	return keyring.SplitFile(filepath.Join(data, masterFile), filepath.Join(data, splitFile), shares, threshold)
}

// JoinKey makes a data directory's master key whole again of its shares, one a line.
func JoinKey(data, shares string) error {
	at := filepath.Join(data, splitFile)
	split, err := keyring.OpenSplit(at)
	if err != nil {
		return err
	}
	if split == nil {
		return fmt.Errorf("there is no split master key in %s", data)
	}
	for share := range strings.Lines(shares) {
		if strings.TrimSpace(share) == "" {
			continue
		}
		if err := split.Give(share); err != nil {
			return err
		}
	}
	return split.JoinFile(filepath.Join(data, masterFile), at)
}
