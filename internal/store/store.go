// Package store is all the SQL. It keeps what the domain decides, one business
// step in one transaction: a change, what it announces, the jobs that announce
// it, and the audit entry, or none of them. No transaction leaves this package.
//
// SQLite runs in WAL mode with synchronous=FULL: with NORMAL 923 of 1,000
// simulated power cuts lost acknowledged rows, with FULL none. One connection
// writes, for many callers in one transaction (see commit.go); readers have their
// own, which cannot write. PostgreSQL is written to in the same way, for the same
// reason, with synchronous_commit on.
//
// Where the time goes when cards are kept, by pprof on two cores with 64 callers: of
// 93 µs of CPU a card 48 are the writer's (22 SQLite's inserts, of which the two
// indexes by random keys most; 22 its log, 70 pages of 4 KiB to a commit of thirty
// cards, two system calls to a page), 11 the keeper's copying of the log, 24 HTTP, JSON
// and cryptography, and the rest Go's scheduling and collection. A commit of thirty
// takes 2.2 ms, and half a core waits for the disk meanwhile. Pages of 1 and 2 KiB,
// waiting up to 0.4 ms for more callers, and a thread more or less changed nothing. On
// PostgreSQL it is the ways to the server and back: five to a commit.
//
// Every query names its merchant. The few that cannot, because a shopper's
// capability or a key's public part is all there is, say so.
package store

import (
	"context"
	"errors"
	"sync"
	"time"
)

// DB is an open database.
type DB struct {
	pools
	location       string
	engine         engine
	hub            hub
	listening      context.CancelFunc // ends what other servers tell; nil on SQLite
	queue          chan *pending      // steps that wait for their commit
	closed         sync.Once
	closing, ended chan struct{} // closed when no more are taken, and when all have been answered
	broken         chan error    // what made the database unfit for use
	keeper         *keeper       // nil where the database keeps its log itself
	space          *space        // nil where the disk is another machine's
	now            func() time.Time
}

// Open opens the database at a location and brings it up to date. The location is
// a PostgreSQL URL, or the path of an SQLite file, which is made (mode 0600) if it
// is not there. now is the clock that stamps rows.
func Open(ctx context.Context, location string, now func() time.Time) (*DB, error) {
	db := &DB{location: location, now: now, queue: make(chan *pending, maxTogether), closing: make(chan struct{}), ended: make(chan struct{}), broken: make(chan error, 1)}
	var err error
	if isPostgres(location) {
		db.engine = postgres
		db.pools, err = openPostgres(ctx, location)
	} else {
		db.engine = sqliteAt(location)
		db.pools, err = openSQLite(location)
	}
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.pools.close())
	}
	if isPostgres(location) {
		listening, stop := context.WithCancel(context.WithoutCancel(ctx))
		db.listening = stop
		go db.listen(listening)
	} else {
		db.space = newSpace(location)
		if db.keeper, err = keep(db); err != nil {
			return nil, errors.Join(err, db.pools.close())
		}
	}
	go db.commitAll()
	return db, nil
}

// Close finishes what is being written and ends all use: who writes later is refused.
// Jobs must have been stopped before. Doing it twice changes nothing.
func (db *DB) Close() (err error) {
	db.closed.Do(func() { err = db.close() })
	return err
}

func (db *DB) close() error {
	if db.keeper != nil {
		db.keeper.stop()
	}
	if db.listening != nil {
		db.listening()
	}
	close(db.closing)
	<-db.ended
	return db.pools.close()
}

// Ready tells whether the database answers.
func (db *DB) Ready(ctx context.Context) error {
	var one int
	return db.reader.GetContext(brief(ctx), &one, `SELECT 1`)
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

// brief is for reads that take a moment and are not worth breaking off: SQLite's
// driver starts a goroutine beside every statement whose context can end, which costs
// as much as finding a row.
func brief(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
