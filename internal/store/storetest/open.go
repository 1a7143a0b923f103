package storetest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // for the intruder
	"github.com/jmoiron/sqlx"
	_ "github.com/mattn/go-sqlite3" // for the intruder

	"github.com/paywicket/paywicket/internal/store"
)

// Server is the PostgreSQL server that databases for tests are made on, as the URL
// of a database and a user who may make others. When it is empty they are SQLite
// files. make test runs what stores anything once with and once without. It is read
// anew each time, within a test, so that the go command does not take the one run's
// results for the other's.
func Server() string { return os.Getenv("PAYWICKET_TEST_POSTGRES") }

// Open gives a new, empty database, and a second way into it such as somebody has
// who holds the file or the server: it may read and write anything.
func Open(t testing.TB, now func() time.Time) (db *store.DB, intruder *sqlx.DB) {
	t.Helper()
	location := Location(t)
	db, err := store.Open(context.Background(), location, now)
	if err != nil {
		t.Fatal(err)
	}
	driver, source := "pgx", location
	if Server() == "" {
		driver, source = "sqlite3", "file:"+location+"?_busy_timeout=5000"
	}
	if intruder, err = sqlx.Open(driver, source); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		intruder.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, intruder
}

// Location gives the location of a new database, which goes with the test.
func Location(t testing.TB) string {
	t.Helper()
	if Server() == "" {
		return Blank(t)
	}
	return create(t, ` TEMPLATE `+template(t))
}

// Blank gives the location of a database with nothing in it, or of an SQLite file that
// is not there.
func Blank(t testing.TB) string {
	t.Helper()
	if Server() == "" {
		return filepath.Join(t.TempDir(), "paywicket.db")
	}
	return create(t, "")
}

func create(t testing.TB, how string) string {
	t.Helper()
	server, err := sqlx.Open("pgx", Server())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := server.Exec(`CREATE DATABASE ` + name + how); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { drop(t, name) })
	return at(t, name)
}

var templates struct {
	sync.Mutex
	name string
}

// template is a migrated database to copy: that takes a tenth of migrating each.
func template(t testing.TB) string {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	if templates.name != "" {
		return templates.name
	}
	name := "template_" + strings.ToLower(rand.Text())
	server, err := sqlx.Open("pgx", Server())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if _, err := server.Exec(`CREATE DATABASE ` + name); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(context.Background(), at(t, name), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	templates.name = name
	return name
}

// at is the URL of a database on the server.
func at(t testing.TB, name string) string {
	t.Helper()
	u, err := url.Parse(Server())
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func drop(t testing.TB, name string) {
	server, err := sqlx.Open("pgx", Server())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if _, err := server.Exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`); err != nil {
		t.Error(err)
	}
}
