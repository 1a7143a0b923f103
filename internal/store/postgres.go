package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

// How many connections a server keeps to PostgreSQL beside its writer.
const (
	postgresReaders = 8
	postgresJobs    = 4
)

// postgres is PostgreSQL. Its writers take an advisory lock, so that of all the
// servers on one database a single one writes at a time: that keeps the audit trail
// one chain and the events in order of commit. Group commit makes up for it.
var postgres = engine{
	name: "postgres", dialect: goose.DialectPostgres, batch: newPostgresBatch,
	queue: func(pool *sql.DB) riverdriver.Driver[*sql.Tx] { return riverdatabasesql.New(pool) },
	begin: beginPostgres,
	lock:  lockPostgres,
}

// isPostgres tells whether a location is a PostgreSQL server's.
func isPostgres(location string) bool {
	return strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://")
}

// openPostgres opens the pools. What durability hangs on is set on every
// connection and not left to the server: a commit is answered when it is on disk.
func openPostgres(ctx context.Context, url string) (pools, error) {
	settings, err := pgx.ParseConfig(url)
	if err != nil {
		return pools{}, errors.New("store: the database's URL cannot be read: give it as postgres://user:password@host:5432/name")
	}
	settings.ConnectTimeout = 10 * time.Second
	for name, value := range map[string]string{
		"application_name": "paywicket", "synchronous_commit": "on", "statement_timeout": "30000", "lock_timeout": "15000",
		"idle_in_transaction_session_timeout": "60000", "default_transaction_isolation": "read committed", "timezone": "UTC",
	} {
		settings.RuntimeParams[name] = value
	}
	if len(settings.Fallbacks) > 0 {
		// Of several hosts only the primary is of use, to readers too: they read what was
		// written. (read-write, as URLs have it, would refuse our readers, who cannot write.)
		settings.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
	}
	reading := settings.Copy()
	writing := settings.Copy()
	// Everything that is written is looked for by a key. Left to choose while a table is
	// new and without statistics, the planner reads all of it, and goes on to: keeping a
	// card took fifty milliseconds then, and five otherwise.
	writing.RuntimeParams["enable_seqscan"], writing.RuntimeParams["plan_cache_mode"], writing.RuntimeParams["jit"] = "off", "force_generic_plan", "off"
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	open := func(c *pgx.ConnConfig, connections int) *sqlx.DB {
		pool := stdlib.OpenDB(*c)
		pool.SetMaxOpenConns(connections)
		pool.SetMaxIdleConns(connections)
		return sqlx.NewDb(pool, "pgx")
	}
	p := pools{writer: open(writing, 1), reader: open(reading, postgresReaders), jobs: open(settings, postgresJobs)}
	if err := p.writer.PingContext(ctx); err != nil {
		return pools{}, errors.Join(fmt.Errorf("store: the database does not answer: %w", err), p.close())
	}
	return p, nil
}

// isPassing tells whether PostgreSQL broke a transaction off, wholly and for certain,
// for the sake of another: a serialization failure or a deadlock (its manual, 13.5.
// and appendix A). Our writers do not get into each other's way, but an operator's
// own session may. The same again may work.
func isPassing(err error) bool {
	trouble, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (trouble.Code == "40001" || trouble.Code == "40P01")
}

// lockPostgres takes a lock that the server drops when the connection ends.
func lockPostgres(p pools) (unlock func(), err error) {
	conn, err := p.jobs.Conn(context.Background())
	if err != nil {
		return nil, fmt.Errorf("store: migration lock: %w", err)
	}
	if _, err := conn.ExecContext(context.Background(), `SELECT pg_advisory_lock(7236843)`); err != nil {
		return nil, errors.Join(fmt.Errorf("store: migration lock: %w", err), conn.Close())
	}
	return func() {
		_, _ = conn.ExecContext(context.Background(), `SELECT pg_advisory_unlock(7236843)`)
		_ = conn.Close()
	}, nil
}
