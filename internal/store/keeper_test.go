package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The log of a database that is written to all the time stays small.
func TestTheLogStaysSmall(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "paywicket.db")
	db, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	long := strings.Repeat("x", 100_000)
	written, largest := 0, int64(0)
	for written < 20*walMost {
		var writing sync.WaitGroup
		for range 8 {
			writing.Go(func() {
				if err := db.write(context.Background(), db.note(long)); err != nil {
					t.Error(err)
				}
			})
		}
		writing.Wait()
		written += 8 * len(long)
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	if largest > 10*walMost || largest < walMost/2 {
		t.Errorf("of %d bytes written the log held %d at its largest", written, largest)
	}
	// In its minute it is cut, and holds nothing that was overwritten.
	db.keeper.stop()
	db.keeper.cut = time.Now().Add(-walLife - time.Second)
	db.keeper.look()
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("after its time the log holds %d, %v", info.Size(), err)
	}
	db.keeper = nil
}

// A reader that stays does not hold up those who write: the log grows meanwhile, and is
// begun again once the reader has gone.
func TestALongReadHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	db := openTemporary(t)
	db.keeper.stop()
	k := &keeper{db: db, now: time.Now, page: db.keeper.page, cut: time.Now().Add(-walLife - time.Second)}
	db.keeper = nil
	if err := db.write(t.Context(), db.note("x")); err != nil {
		t.Fatal(err)
	}
	reader, err := db.reader.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reader.Get(&n, `SELECT count(*) FROM audit_entries`); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	if err := db.write(t.Context(), db.note("y")); err != nil {
		t.Fatal(err)
	}
	if k.look(); !k.rest.After(time.Now()) || time.Since(k.cut) < walLife {
		t.Errorf("a log that is read was cut: %+v", k)
	}
	for _, c := range []struct {
		done bool
		what string
	}{{false, "while it rests"}, {true, "once the reader has gone"}} {
		if c.done {
			if err := reader.Rollback(); err != nil {
				t.Fatal(err)
			}
			k.rest = time.Time{}
		}
		if k.look(); (time.Since(k.cut) < walLife) != c.done {
			t.Errorf("%s: %+v", c.what, k)
		}
	}
	var timeout int
	if err := db.writer.Get(&timeout, `PRAGMA busy_timeout`); err != nil || timeout != 5000 {
		t.Errorf("the writer waits %d ms elsewhere now, %v", timeout, err)
	}
}
