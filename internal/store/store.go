// Package store is all the SQL. It keeps what the domain decides, one business
// step in one transaction: a change, what it announces, the jobs that announce
// it, and the audit entry, or none of them. No transaction leaves this package.
//
// SQLite runs in WAL mode with synchronous=FULL: with NORMAL 923 of 1,000
// simulated power cuts lost acknowledged rows, with FULL none. One connection
// writes, for many callers in one transaction (see commit.go); readers have their
// own, which cannot write.
//
// Every query names its merchant. The few that cannot, because a shopper's
// capability or a key's public part is all there is, say so.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
)

// readers is how many connections read at the same time.
const readers = 4

// DB is an open database.
type DB struct {
	writer *sqlx.DB // one connection, shared with the job queue
	reader *sqlx.DB
	jobs   *jobQueue
	queue  chan *pending // steps that wait for their commit
	ended  chan struct{} // closed when the last one has been answered
	broken chan error    // what made the database unfit for use
	keeper *keeper
	now    func() time.Time
}

// Open opens the SQLite database at path, making the file (mode 0600) if it is
// not there, and brings it up to date. now is the clock that stamps rows.
func Open(ctx context.Context, path string, now func() time.Time) (*DB, error) {
	if err := ownFile(path); err != nil {
		return nil, err
	}
	writer, err := openSQLite(path, true)
	if err != nil {
		return nil, err
	}
	db := &DB{writer: writer, now: now}
	if err := db.migrate(ctx, path); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	if db.reader, err = openSQLite(path, false); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	db.reader.SetMaxOpenConns(readers)
	if db.jobs, err = newJobQueue(writer.DB); err != nil {
		return nil, errors.Join(err, db.reader.Close(), writer.Close())
	}
	db.queue, db.ended, db.broken = make(chan *pending, maxTogether), make(chan struct{}), make(chan error, 1)
	go db.commitAll()
	db.keeper = keep(db, path+"-wal")
	return db, nil
}

// ownFile makes the database file readable by its owner alone before SQLite
// would make it by the umask; SQLite gives the files beside it the same mode.
func ownFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("store: data directory: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("store: database file: %w", err)
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("store: database file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("store: database %s can be read by others (mode %04o): run chmod 600 on it: %w", path, info.Mode().Perm(), fs.ErrPermission)
	}
	return nil
}

// Close ends all use. Jobs must have been stopped, and all callers be gone, before.
func (db *DB) Close() error {
	db.keeper.stop()
	close(db.queue)
	<-db.ended
	err := db.reader.Close()
	// A truncated log leaves no copies of deleted rows behind.
	_, checkpoint := db.writer.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	return errors.Join(err, checkpoint, db.writer.Close())
}

// Ready tells whether the database answers.
func (db *DB) Ready(ctx context.Context) error {
	var one int
	return db.reader.GetContext(ctx, &one, `SELECT 1`)
}

// millis gives a time as it is stored: unix milliseconds, 0 for never.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at reads a stored time.
func at(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
}
