package store

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What durability and safety hang on is set on every connection there is.
func TestEveryConnectionHasItsPragmas(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "paywicket.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "temp_store": "2", "trusted_schema": "0", "busy_timeout": "5000", "wal_autocheckpoint": "0",
	} {
		var got string
		if err := db.writer.Get(&got, "PRAGMA "+name); err != nil || got != want {
			t.Errorf("writer: %s is %q (%v), want %q", name, got, err, want)
		}
		expectOnReaders(t, db, name, want)
	}
}

// expectOnReaders holds every reader open at once, so that each is looked at.
func expectOnReaders(t *testing.T, db *DB, name, want string) {
	for range readers {
		conn, err := db.reader.Connx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		var got string
		if err := conn.GetContext(t.Context(), &got, "PRAGMA "+name); err != nil || got != want {
			t.Errorf("reader: %s is %q (%v), want %q", name, got, err, want)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "paywicket.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.reader.Exec(`DELETE FROM audit_entries`); err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("a reader wrote: %v", err)
	}
}
