package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/paywicket/paywicket/internal/durable"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Kind tells which database a location names: "sqlite" or "postgres". A copy of one
// kind cannot be read into the other.
func Kind(location string) string {
	if isPostgres(location) {
		return postgres.name
	}
	return "sqlite"
}

// Kind tells which database it is.
func (db *DB) Kind() string { return db.engine.name }

// Copy writes the whole database as it is at one moment, in its own format, while
// others read and write: SQLite as a file, PostgreSQL as pg_dump's archive. An SQLite
// file is made beside the database first and takes as much room again.
func (db *DB) Copy(ctx context.Context, out io.Writer) error {
	if db.engine.name == postgres.name {
		return dumpPostgres(ctx, db.location, out)
	}
	dir, err := os.MkdirTemp(filepath.Dir(db.location), "backup-") // mode 0700
	if err != nil {
		return fmt.Errorf("store: copy: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "copy.db")
	source, err := openPool(db.location, true)
	if err != nil {
		return err
	}
	_, err = source.ExecContext(ctx, `VACUUM INTO ?`, path)
	if err := errors.Join(err, source.Close()); err != nil {
		return fmt.Errorf("store: copy: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("store: copy: %w", err)
	}
	defer file.Close()
	if _, err := io.Copy(out, file); err != nil {
		return fmt.Errorf("store: copy: %w", err)
	}
	return nil
}

// Restore makes a database at a location, where none may be, of what Copy wrote of
// one of the same kind. It is whole or it is not there.
// Errors: fault.Conflict when there is a database already; fault.Malformed when in is
// no copy of a database.
func Restore(ctx context.Context, in io.Reader, location string) error {
	if isPostgres(location) {
		return restorePostgres(ctx, in, location)
	}
	if err := os.MkdirAll(filepath.Dir(location), 0o700); err != nil {
		return fmt.Errorf("store: restore: %w", err)
	}
	file, err := os.OpenFile(location, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fault.New(fault.Conflict, "There is a database already.")
	}
	if err != nil {
		return fmt.Errorf("store: restore: %w", err)
	}
	_, err = io.Copy(file, in)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = checkFile(ctx, location)
	}
	if err != nil {
		return errors.Join(err, os.Remove(location))
	}
	return nil
}

// checkFile is an error unless a file is a whole SQLite database.
func checkFile(ctx context.Context, path string) error {
	db, err := openPool(path, true)
	if err == nil {
		var verdict string
		err = db.GetContext(ctx, &verdict, `PRAGMA integrity_check(1)`)
		if err == nil && verdict != "ok" {
			err = errors.New(verdict)
		}
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		return fault.Wrap(err, fault.Malformed, "This is no whole database.")
	}
	return nil
}

// Replace gives an SQLite database the place of another, which is kept aside; that may
// not be there. Nobody may use either. There is one of the two in the place at every
// moment. Errors: fault.Conflict when one is in use, or something is where the other is
// to be kept.
func Replace(from, place, aside string) error {
	if err := single(from); err != nil {
		return err
	}
	if _, err := os.Stat(place); err == nil {
		if err := single(place); err != nil {
			return err
		}
		if err := os.Link(place, aside); errors.Is(err, os.ErrExist) {
			return fault.New(fault.Conflict, "%s is in the way.", aside)
		} else if err != nil {
			return fmt.Errorf("store: set aside: %w", err)
		}
	}
	if err := durable.Rename(from, place); err != nil {
		return fmt.Errorf("store: replace: %w", err)
	}
	return nil
}

// single makes an SQLite database that nobody uses one file, with everything that was
// in its log.
func single(path string) error {
	db, err := openPool(path, true)
	if err != nil {
		return err
	}
	// Going back from a log takes everybody else's leave.
	var mode string
	err = db.Get(&mode, `PRAGMA journal_mode = DELETE`)
	if err = errors.Join(err, db.Close()); err != nil || mode != "delete" {
		return fault.Wrap(err, fault.Conflict, "The database is in use. Stop its server first.")
	}
	return nil
}

// Tombstone is a card that was erased.
type Tombstone struct {
	Merchant string
	Token    id.Token
}

// Tombstones gives every card that was ever erased here, of all merchants.
func (db *DB) Tombstones(ctx context.Context) ([]Tombstone, error) {
	var rows []struct {
		Merchant string
		Token    []byte
	}
	if err := db.reader.SelectContext(ctx, &rows, `SELECT merchant, token FROM tombstones`); err != nil {
		return nil, err
	}
	out := make([]Tombstone, 0, len(rows))
	for _, r := range rows {
		out = append(out, Tombstone{r.Merchant, id.Token(r.Token)})
	}
	return out, nil
}
