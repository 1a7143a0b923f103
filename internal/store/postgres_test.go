package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/vault"
)

// Somebody else's session gets into a deadlock with the writer, and PostgreSQL breaks
// the writer's transaction off: it is begun again, and the caller does not notice.
func TestADeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	if storetest.Server() == "" {
		t.Skip("needs PAYWICKET_TEST_POSTGRES: .ci/postgres gives one")
	}
	db, intruder := storetest.Open(t, time.Now)
	o, err := (&merchant.Service{Store: db, Now: time.Now}).Open(t.Context(), "Shop", merchant.Test, "SHOP EXAMPLE", []string{"https://shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	m, token := o.Merchant.ID, id.NewToken()
	r := vault.Record{Token: token, Merchant: m, Version: 1, Sealed: []byte("sealed"), Fingerprint: "f", Revision: 1, Tag: []byte("tag"), CreatedAt: time.Now()}
	if _, err := db.KeepCard(t.Context(), r, event.New(event.TokenCreated, m, token.String(), 1, time.Now(), r.Payload()), "test"); err != nil {
		t.Fatal(err)
	}

	// The intruder holds the events, which the writer wants after the card, and then
	// wants the card. It waits longer before it looks for a deadlock than the writer does.
	theirs := intruder.MustBegin()
	theirs.MustExec(`SET LOCAL deadlock_timeout = '60s'`)
	theirs.MustExec(`LOCK TABLE events IN ACCESS EXCLUSIVE MODE`)
	var tries atomic.Int32
	ended := make(chan error, 1)
	go func() {
		_, err := db.ChangeCard(context.Background(), m, token, "test", "card.update", func(before vault.Record) (vault.Record, []event.Event, error) {
			tries.Add(1)
			after := before
			after.Revision, after.Tag = 2, []byte("tag 2")
			return after, []event.Event{event.New(event.TokenUpdated, m, token.String(), 2, time.Now(), after.Payload())}, nil
		})
		ended <- err
	}()
	waitFor(t, intruder, `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'events'::regclass`)
	got := make(chan error, 1)
	go func() {
		_, err := theirs.Exec(`SELECT 1 FROM cards FOR UPDATE`)
		if err == nil {
			err = theirs.Commit()
		}
		got <- err
	}()
	for _, outcome := range []chan error{got, ended} {
		select {
		case err := <-outcome:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("still locked after 30 s")
		}
	}
	if n := tries.Load(); n < 2 {
		t.Errorf("the step was run %d times: was there a deadlock?", n)
	}
	if found, err := db.FindCard(t.Context(), m, token); err != nil || found.Revision != 2 {
		t.Errorf("%+v, %v", found, err)
	}
}

// waitFor waits until a count is not zero.
func waitFor(t *testing.T, db *sqlx.DB, query string) {
	t.Helper()
	for range 300 {
		var n int
		if err := db.Get(&n, query); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("it did not come about")
}
