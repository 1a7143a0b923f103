package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
)

func openTemporary(t testing.TB) *DB {
	t.Helper()
	db, err := Open(context.Background(), filepath.Join(t.TempDir(), "paywicket.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// note is a step that leaves an entry in the audit trail.
func (db *DB) note(object string) step {
	return func(ctx context.Context, tx *transaction) error {
		return db.appendAudit(ctx, tx, audit.Entry{Actor: "test", Action: "note", Object: object})
	}
}

// held makes steps gather: they wait for the one that holds the connection.
func held(t *testing.T, db *DB) (release func()) {
	t.Helper()
	begun, end := make(chan struct{}), make(chan struct{})
	go db.write(context.Background(), func(context.Context, *transaction) error {
		close(begun)
		<-end
		return nil
	})
	<-begun
	return func() { close(end) }
}

func count(t *testing.T, db *DB, object string) int {
	t.Helper()
	var n int
	if err := db.reader.Get(&n, `SELECT count(*) FROM audit_entries WHERE object = ?`, object); err != nil {
		t.Fatal(err)
	}
	return n
}

// gather queues steps while the connection is held, so that they share a
// transaction, and gives what each caller got: an error, or what it panicked with.
func gather(t *testing.T, db *DB, steps map[string]step) map[string]any {
	t.Helper()
	release := held(t, db)
	var mu sync.Mutex
	got := map[string]any{}
	var writing sync.WaitGroup
	for name, s := range steps {
		writing.Go(func() {
			var outcome any
			defer func() {
				if p := recover(); p != nil {
					outcome = p
				}
				mu.Lock()
				defer mu.Unlock()
				got[name] = outcome
			}()
			if err := db.write(context.Background(), s); err != nil {
				outcome = err
			}
		})
	}
	for len(db.queue) < len(steps) {
		time.Sleep(time.Millisecond)
	}
	release()
	writing.Wait()
	return got
}

// Whatever one caller's step does, its neighbours in the same transaction are kept
// and it alone is not: it fails, panics, has no place, or wrecks the transaction.
func TestAFailingWriterHarmsNobody(t *testing.T) {
	t.Parallel()
	no := errors.New("no")
	for name, bad := range map[string]func(db *DB) step{
		"fails": func(db *DB) step {
			return func(ctx context.Context, tx *transaction) error {
				return errors.Join(db.note("bad")(ctx, tx), no)
			}
		},
		"panics": func(db *DB) step {
			return func(ctx context.Context, tx *transaction) error {
				if err := db.note("bad")(ctx, tx); err != nil {
					return err
				}
				panic(no)
			}
		},
		"breaks a rule": func(db *DB) step {
			return func(ctx context.Context, tx *transaction) error {
				if err := db.note("bad")(ctx, tx); err != nil {
					return err
				}
				_, err := tx.Exec(`INSERT INTO merchants (id) VALUES ('nameless')`)
				return err
			}
		},
		"announces twice": func(db *DB) step {
			return func(ctx context.Context, tx *transaction) error {
				if err := db.note("bad")(ctx, tx); err != nil {
					return err
				}
				e := event.New(event.TokenCreated, "mer_1", "tok_1", 1, time.Now(), nil)
				return db.appendEvents(ctx, tx, []event.Event{e, e}, nil)
			}
		},
		"ends the transaction": func(db *DB) step {
			return func(ctx context.Context, tx *transaction) error {
				if err := db.note("bad")(ctx, tx); err != nil {
					return err
				}
				_, err := tx.Exec(`ROLLBACK`)
				return errors.Join(err, no)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openTemporary(t)
			steps := map[string]step{"bad": bad(db)}
			for i := range 20 {
				steps[fmt.Sprint("good ", i)] = db.note(fmt.Sprint("good ", i))
			}
			for name, outcome := range gather(t, db, steps) {
				if want := name == "bad"; (outcome != nil) != want {
					t.Errorf("%s: %v", name, outcome)
				}
				if n := count(t, db, name); n != 1 && name != "bad" || n != 0 && name == "bad" {
					t.Errorf("%s is there %d times", name, n)
				}
			}
			if n, err := db.CheckAudit(t.Context(), func(audit.Entry) {}); n != 20 || err != nil {
				t.Errorf("the trail has %d entries, %v", n, err)
			}
		})
	}
}

// Steps that wait together are committed together: of a hundred there are a few
// transactions and not a hundred.
func TestWaitingStepsShareATransaction(t *testing.T) {
	t.Parallel()
	db := openTemporary(t)
	var mu sync.Mutex
	shared := map[*transaction]int{}
	steps := map[string]step{}
	for i := range 100 {
		steps[fmt.Sprint(i)] = func(ctx context.Context, tx *transaction) error {
			mu.Lock()
			shared[tx]++
			mu.Unlock()
			return db.note("x")(ctx, tx)
		}
	}
	gather(t, db, steps)
	if len(shared) > 2 || count(t, db, "x") != 100 {
		t.Errorf("%d transactions for 100 steps, %d kept", len(shared), count(t, db, "x"))
	}
}

// A caller that has gone before its step began leaves nothing; one that goes while
// it runs is told how it ended.
func TestACallerThatGoes(t *testing.T) {
	t.Parallel()
	db := openTemporary(t)
	release := held(t, db)
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error)
	go func() { gone <- db.write(ctx, db.note("early")) }()
	cancel()
	release()
	if err := <-gone; fault.CodeOf(err) != fault.Unavailable || err == nil || count(t, db, "early") != 0 {
		t.Errorf("%v, %d rows", err, count(t, db, "early"))
	}
	ctx, cancel = context.WithCancel(context.Background())
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		cancel()
		return db.note("late")(ctx, tx)
	})
	if err != nil || count(t, db, "late") != 1 {
		t.Errorf("%v, %d rows", err, count(t, db, "late"))
	}
}

// What has been answered is on the disk: another connection reads it at once.
func TestAnsweredIsCommitted(t *testing.T) {
	t.Parallel()
	db := openTemporary(t)
	var missing atomic.Int32
	var writing sync.WaitGroup
	for i := range 16 {
		writing.Go(func() {
			for j := range 50 {
				object := fmt.Sprint(i, " ", j)
				if err := db.write(context.Background(), db.note(object)); err != nil {
					t.Error(err)
				}
				if count(t, db, object) != 1 {
					missing.Add(1)
				}
			}
		})
	}
	writing.Wait()
	if missing.Load() > 0 {
		t.Errorf("%d answers came before their commit", missing.Load())
	}
	if n, err := db.CheckAudit(t.Context(), func(audit.Entry) {}); n != 800 || err != nil {
		t.Errorf("the trail has %d entries, %v", n, err)
	}
}

func BenchmarkWrite(b *testing.B) {
	db := openTemporary(b)
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(callers, " callers"), func(b *testing.B) {
			b.SetParallelism((callers + 1) / 2) // of two cores
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := db.write(context.Background(), db.note("x")); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// Whoever writes while the database is closed is answered: kept, or refused.
func TestWritingWhileItIsClosed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "paywicket.db")
	db, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var kept atomic.Int64
	var writing sync.WaitGroup
	for range 16 {
		writing.Go(func() {
			for {
				err := db.write(context.Background(), db.note("x"))
				if err == nil {
					kept.Add(1)
					continue
				}
				if fault.CodeOf(err) != fault.Unavailable {
					t.Error(err)
				}
				return
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	writing.Wait()
	again, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if n := count(t, again, "x"); int64(n) != kept.Load() || n == 0 {
		t.Errorf("%d were acknowledged and %d are there", kept.Load(), n)
	}
}
