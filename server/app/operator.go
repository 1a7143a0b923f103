package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/internal/webhook"
)

// operator is the actor of everything done here.
const operator = "operator"

// Operator does what the host of a server does with its data, beside servers that
// run on it.
type Operator struct {
	db       *store.DB
	keys     *keys
	cards    *vault.Service
	webhooks *webhook.Service
	answers  *idempotency.Service
}

// OpenOperator opens a data directory and its database, with the master key of the
// key service that master names if that is not empty.
func OpenOperator(ctx context.Context, data, database, master string) (*Operator, error) {
	db, err := OpenStore(ctx, data, database)
	if err != nil {
		return nil, err
	}
	keys, err := openKeys(ctx, db, data, master)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Operator{
		db: db, keys: keys, cards: &vault.Service{Store: db, Keys: keys.ring, Now: clock},
		webhooks: &webhook.Service{Store: db, Keys: keys.ring, Now: clock},
		answers:  &idempotency.Service{Store: db, Keys: keys.ring, Now: clock},
	}, nil
}

// Close ends all use.
func (o *Operator) Close() error { return o.db.Close() }

// Sealed tells how many shares of the master key it still takes before what needs keys
// can be done; 0 when it can.
func (o *Operator) Sealed() int {
	_, given, threshold := o.keys.Status()
	return threshold - given
}

// Unseal takes a share of the master key in. Errors: fault.Invalid when it is none.
func (o *Operator) Unseal(ctx context.Context, share string) error { return o.keys.Give(ctx, share) }

// Cards is how many cards there are.
func (o *Operator) Cards(ctx context.Context) (int, error) { return o.db.CountCards(ctx) }

// Rotate makes a fresh data key primary and seals every card, every webhook secret and
// every kept answer with it. A rotation that was interrupted is gone on with. Servers go on
// meanwhile; one may seal with the key before for keyring.RefreshInterval, so after
// twice that everything is gone through once more. It gives how many cards were
// sealed anew.
func (o *Operator) Rotate(ctx context.Context, progress func(int)) (int, error) {
	if o.keys.ring.Keys() < 2 {
		if err := o.keys.ring.AddKey(ctx); err != nil {
			return 0, err
		}
	}
	total, err := o.cards.Reseal(ctx, o.db, o.keys.ring.Primary(), operator, progress)
	if err != nil {
		return total, err
	}
	select {
	case <-ctx.Done():
		return total, ctx.Err()
	case <-time.After(2 * keyring.RefreshInterval):
	}
	late, err := o.cards.Reseal(ctx, o.db, o.keys.ring.Primary(), operator, func(int) {})
	if err != nil {
		return total + late, err
	}
	if _, err = o.webhooks.Reseal(ctx, o.db, o.keys.ring.Primary(), operator); err == nil {
		_, err = o.answers.Reseal(ctx, o.db, o.keys.ring.Primary())
	}
	return total + late, err
}

// Retire drops every data key but the primary one, for ever. Errors: fault.Conflict
// while anything is sealed with another.
func (o *Operator) Retire(ctx context.Context) error {
	_, err := o.cards.Reseal(ctx, unchanging{o.db}, o.keys.ring.Primary(), operator, func(int) {})
	if err == nil {
		_, err = o.webhooks.Reseal(ctx, unchanging{o.db}, o.keys.ring.Primary(), operator)
	}
	if err == nil {
		_, err = o.answers.Reseal(ctx, unchanging{o.db}, o.keys.ring.Primary())
	}
	if err != nil {
		return err
	}
	return o.keys.ring.Retire(ctx)
}

// unchanging refuses to change a row: something is still sealed with another key.
type unchanging struct{ *store.DB }

var errNotSealedAnew = fault.New(fault.Conflict, "Something is still sealed with an older key. Run keys rotate to its end first.")

// ReplaceSealed refuses.
func (unchanging) ReplaceSealed(context.Context, []vault.Resealed, string) error {
	return errNotSealedAnew
}

// ReplaceSecrets refuses.
func (unchanging) ReplaceSecrets(context.Context, webhook.Endpoint, []byte, []byte, string) error {
	return errNotSealedAnew
}

// ReplaceAnswer refuses.
func (unchanging) ReplaceAnswer(context.Context, idempotency.Record, []byte) error {
	return errNotSealedAnew
}

// Verify follows the audit trail, opens every card, and holds it to its row and to the
// trail. It gives how many of both there are. broken hears of every card that fails; the error
// is of the audit trail, or of what could not be read.
func (o *Operator) Verify(ctx context.Context, progress func(int), broken func(name string, err error)) (cards, entries int, err error) {
	var history vault.History
	if entries, err = o.db.CheckAudit(ctx, history.Note); err != nil {
		return 0, entries, err
	}
	cards, err = o.cards.Verify(ctx, o.db, &history, progress, func(r vault.Record, err error) {
		broken(fmt.Sprintf("%s of %s", r.Token, r.Merchant), err)
	})
	return cards, entries, err
}
