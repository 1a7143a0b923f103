package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"

	"github.com/paywicket/paywicket/internal/backup"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/vault"
)

// Backup writes a copy of the database as it is at one moment, encrypted, to a file
// that is not there yet, while servers go on. The master key is not in it.
func (o *Operator) Backup(ctx context.Context, path string, recipients []age.Recipient, progress io.Writer) error {
	return backup.WriteFile(path, recipients, o.db.Kind(), func(out io.Writer) error {
		return o.db.Copy(ctx, io.MultiWriter(out, progress))
	})
}

// Restoration is what a restore is to do.
type Restoration struct {
	Data, Database string // where to, as for OpenStore
	Replace        bool   // set an SQLite database that is there aside
	// ErasedIn is another database whose erased cards are to stay erased; empty for none.
	ErasedIn string
}

// Restored is what a restore did.
type Restored struct {
	Erased   int    // cards that were erased again
	SetAside string // where the database before is now; empty when there was none
}

// Restore makes a database of a backup. Cards that were erased since it was made, as
// far as the database that was there or ErasedIn tells, are erased again before
// anybody can use it. Until all that is done nothing is changed.
// Errors: those of backup.Open and store.Restore; fault.Conflict when a database is
// there and is not to be replaced, or is in use.
func (r Restoration) Restore(ctx context.Context, in io.Reader, identities []age.Identity) (Restored, error) {
	kind, copy, err := backup.Open(in, identities)
	if err != nil {
		return Restored{}, err
	}
	place := databaseAt(r.Data, r.Database)
	if kind != store.Kind(place) {
		return Restored{}, fault.New(fault.Invalid, "This is a backup of a %s database, and cannot be restored to %s.", kind, store.Kind(place))
	}
	erased, err := r.erased(ctx, place)
	if err != nil {
		return Restored{}, err
	}
	if r.Database != "" {
		if err := store.Restore(ctx, copy, place); err != nil {
			return Restored{}, err
		}
		n, err := eraseAgain(ctx, place, erased)
		return Restored{Erased: n}, err
	}
	return r.restoreFile(ctx, place, copy, erased)
}

// erased gives the cards that are to stay erased.
func (r Restoration) erased(ctx context.Context, place string) ([]store.Tombstone, error) {
	var all []store.Tombstone
	for _, location := range []string{r.ErasedIn, place} {
		if location == "" || location == place && r.Database != "" {
			continue
		}
		if _, err := os.Stat(location); store.Kind(location) == "sqlite" && err != nil {
			if location == place {
				continue
			}
			return nil, fmt.Errorf("app: restore: %w", err)
		}
		if location == place && !r.Replace {
			return nil, fault.New(fault.Conflict, "There is a database in %s already. Add --replace to set it aside.", r.Data)
		}
		db, err := store.Open(ctx, location, clock)
		if err != nil {
			return nil, err
		}
		list, err := db.Tombstones(ctx)
		if err = errors.Join(err, db.Close()); err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// restoreFile makes everything ready beside the place, and changes places last.
func (r Restoration) restoreFile(ctx context.Context, place string, copy io.Reader, erased []store.Tombstone) (Restored, error) {
	var done Restored
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return done, fmt.Errorf("app: restore: %w", err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(place), "restore-") // mode 0700
	if err != nil {
		return done, fmt.Errorf("app: restore: %w", err)
	}
	defer os.RemoveAll(dir)
	ready := filepath.Join(dir, filepath.Base(place))
	if err := store.Restore(ctx, copy, ready); err != nil {
		return done, err
	}
	if done.Erased, err = eraseAgain(ctx, ready, erased); err != nil {
		return done, err
	}
	aside := place + ".before-" + clock().Format("20060102T150405.000Z")
	if err := store.Replace(ready, place, aside); err != nil {
		return done, err
	}
	if _, err := os.Stat(aside); err == nil {
		done.SetAside = aside
	}
	return done, nil
}

// eraseAgain erases cards of a database that nobody uses yet, those of its own
// tombstones among them, and gives how many there were.
func eraseAgain(ctx context.Context, location string, erased []store.Tombstone) (int, error) {
	db, err := store.Open(ctx, location, clock)
	if err != nil {
		return 0, err
	}
	cards := &vault.Service{Store: db, Now: clock}
	n := 0
	own, err := db.Tombstones(ctx)
	for _, t := range append(erased, own...) {
		if err != nil {
			break
		}
		if err = cards.Erase(ctx, t.Merchant, t.Token, operator); err == nil {
			n++
		} else if fault.CodeOf(err) == fault.NotFound {
			err = nil
		}
	}
	return n, errors.Join(err, db.Close())
}
