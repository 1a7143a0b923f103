package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// pragmas are set on every connection and read back: a setting that SQLite did
// not take is an error, not a hope. The reasons: WAL lets readers read while one
// writes; FULL makes a commit survive a power cut (EXTRA adds nothing in WAL
// mode); secure_delete overwrites what is deleted; temporary files stay in
// memory; schema objects run no unsafe function; checkpoints are the keeper's work
// (see keeper.go) and not done within somebody's commit; 32 MiB of pages are kept
// in memory, for what is written lands all over the indexes.
var pragmas = []struct{ name, set, want string }{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"secure_delete", "ON", "1"},
	{"foreign_keys", "ON", "1"},
	{"temp_store", "MEMORY", "2"},
	{"trusted_schema", "OFF", "0"},
	{"busy_timeout", "5000", "5000"},
	{"wal_autocheckpoint", "0", "0"},
	{"cache_size", "-32768", "-32768"},
}

// connector opens SQLite connections with the pragmas set and checked.
type connector struct {
	driver *sqlite3.SQLiteDriver
	source string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.source) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// readers is how many connections read at the same time.
const readers = 4

// sqliteAt is SQLite with its file at a path. A lock file beside it lets one process
// migrate at a time: of four concurrent runs, two failed without.
func sqliteAt(path string) engine {
	return engine{
		name: "sqlite", dialect: goose.DialectSQLite3, batch: newSQLiteBatch,
		queue: func(pool *sql.DB) riverdriver.Driver[*sql.Tx] { return riversqlite.New(pool) },
		lock:  func(pools) (func(), error) { return lockFile(path + ".lock") },
	}
}

// openSQLite opens the pools. Jobs share the writer's one connection.
func openSQLite(path string) (pools, error) {
	if err := ownFile(path); err != nil {
		return pools{}, err
	}
	writer, err := openPool(path, true)
	if err != nil {
		return pools{}, err
	}
	reader, err := openPool(path, false)
	if err != nil {
		return pools{}, errors.Join(err, writer.Close())
	}
	return pools{writer: writer, reader: reader, jobs: writer}, nil
}

// openPool opens the single writer, whose transactions take the write lock when
// they begin, or readers that cannot write.
func openPool(path string, writing bool) (*sqlx.DB, error) {
	source := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "_txlock=immediate&_stmt_cache_size=128"}
	if !writing {
		source.RawQuery = "_txlock=deferred&_query_only=true&_stmt_cache_size=64"
	}
	d := &sqlite3.SQLiteDriver{ConnectHook: setPragmas}
	pool := sql.OpenDB(connector{d, source.String()})
	connections := readers
	if writing {
		connections = 1
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections) // of four readers two would be opened anew all the time: a twelfth of a read
	if err := pool.Ping(); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), pool.Close())
	}
	return sqlx.NewDb(pool, "sqlite3"), nil
}

func setPragmas(conn *sqlite3.SQLiteConn) error {
	for _, p := range pragmas {
		if _, err := conn.Exec(fmt.Sprintf("PRAGMA %s = %s", p.name, p.set), nil); err != nil {
			return fmt.Errorf("store: pragma %s: %w", p.name, err)
		}
		got, err := readPragma(conn, p.name)
		if err != nil {
			return err
		}
		if got != p.want {
			return fmt.Errorf("store: pragma %s is %s after setting it to %s", p.name, got, p.set)
		}
	}
	return nil
}

func readPragma(conn *sqlite3.SQLiteConn, name string) (string, error) {
	rows, err := conn.Query("PRAGMA "+name, nil)
	if err != nil {
		return "", fmt.Errorf("store: read pragma %s: %w", name, err)
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return "", fmt.Errorf("store: read pragma %s: %w", name, err)
	}
	return fmt.Sprint(value[0]), nil
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

// isSyncFailure tells whether a sync of the file itself failed.
func isSyncFailure(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && (e.ExtendedCode == sqlite3.ErrIoErrFsync || e.ExtendedCode == sqlite3.ErrIoErrDirFsync)
}
