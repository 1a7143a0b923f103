package store

import (
	"database/sql"
	"errors"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
)

// engine is what differs between the databases behind the store. Statements are the
// same for both, written with question marks and rebound.
type engine struct {
	name    string // of its folder in package migrations
	dialect goose.Dialect
	queue   func(*sql.DB) riverdriver.Driver[*sql.Tx]
	batch   func(*transaction) batch
	// begin is done first in every transaction of the writer; nil for nothing.
	begin func(*transaction) error
	// lock keeps other processes from migrating until unlock is called.
	lock func(pools) (unlock func(), err error)
}

// pools are an open database's connections, by what they are for.
type pools struct {
	writer *sqlx.DB // one connection: see commit.go
	reader *sqlx.DB // cannot write
	jobs   *sqlx.DB // the job queue's; the writer's where there may be one writer only
}

func (p pools) close() error {
	err := errors.Join(p.reader.Close(), p.writer.Close())
	if p.jobs != p.writer {
		err = errors.Join(err, p.jobs.Close())
	}
	return err
}
