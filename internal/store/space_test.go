package store

import (
	"context"
	"errors"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
)

// With little room left, nothing new is taken; what was begun is finished.
func TestADiskThatIsNearlyFull(t *testing.T) {
	t.Parallel()
	db := openTemporary(t)
	db.space.free = func(string) (uint64, error) { return leastFree - 1, nil }
	if err := db.CreateSession(t.Context(), checkout.Session{}, "key 1"); fault.CodeOf(err) != fault.Unavailable || err == nil {
		t.Errorf("a session: %v", err)
	}
	_, err := db.OpenPayment(t.Context(), checkout.View{}, func(checkout.View) (payment.Payment, error) {
		t.Error("an intent was admitted")
		return payment.Payment{}, nil
	})
	if fault.CodeOf(err) != fault.Unavailable || err == nil {
		t.Errorf("an intent: %v", err)
	}
	// An outcome is written, here to where there is nothing: it gets as far as that.
	_, err = db.Advance(t.Context(), "mer_1", "pay_1", "test", func(p payment.Payment) (payment.Payment, []event.Event, error) { return p, nil, nil })
	if fault.CodeOf(err) != fault.NotFound || err == nil {
		t.Errorf("an outcome: %v", err)
	}
	if err := db.write(context.Background(), db.note("x")); err != nil {
		t.Errorf("an entry: %v", err)
	}
}

// A sync that fails is the end of the process: Broken tells, once.
func TestASyncThatFails(t *testing.T) {
	t.Parallel()
	db := openTemporary(t)
	db.notice(errors.New("something else"))
	db.notice(sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrRead})
	select {
	case err := <-db.Broken():
		t.Fatalf("broken by %v", err)
	default:
	}
	for range 2 {
		db.notice(errors.Join(errors.New("commit"), sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync}))
	}
	select {
	case <-db.Broken():
	default:
		t.Error("a failed sync went unnoticed")
	}
}
