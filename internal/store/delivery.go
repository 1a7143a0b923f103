package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/webhook"
)

// deliveryRow is a row of webhook_deliveries, with its event where that is asked for.
type deliveryRow struct {
	Position  int64
	Merchant  string
	Endpoint  string
	Event     string
	Object    string
	State     webhook.DeliveryState
	Attempts  int
	Replayed  bool
	DueAt     int64 `db:"due_at"`
	Log       string
	CreatedAt int64 `db:"created_at"`
	UpdatedAt int64 `db:"updated_at"`

	Type     event.Type
	Sequence int
	At       int64
	Data     string
}

const deliveryColumns = `d.position, d.merchant, d.endpoint, d.event, d.object, d.state, d.attempts, d.replayed, d.due_at, d.log, d.created_at, d.updated_at`

func (r deliveryRow) delivery() (webhook.Delivery, error) {
	d := webhook.Delivery{
		Position: r.Position, Merchant: r.Merchant, Endpoint: r.Endpoint, Event: r.Event, Object: r.Object, State: r.State, Attempts: r.Attempts, Replayed: r.Replayed,
		DueAt: at(r.DueAt), CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt),
	}
	if r.Log == "[]" {
		return d, nil
	}
	return d, json.Unmarshal([]byte(r.Log), &d.Log)
}

// selectLanes finds the endpoints of all merchants to which something is due, each once,
// by going from one to the next in the index: one with many deliveries costs no more
// than one with a single one. It is for the dispatcher, who works for the whole house
// and goes on by merchant and endpoint.
const selectLanes = `WITH RECURSIVE lanes (endpoint) AS (
	SELECT min(endpoint) FROM webhook_deliveries WHERE due_at > 0
	UNION ALL
	SELECT (SELECT min(endpoint) FROM webhook_deliveries WHERE due_at > 0 AND endpoint > lanes.endpoint) FROM lanes WHERE lanes.endpoint IS NOT NULL
) SELECT endpoint FROM lanes WHERE endpoint IS NOT NULL
	AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint = lanes.endpoint AND d.due_at > 0 AND d.due_at <= ?)`

// selectDue finds what is due to an endpoint, of each object the oldest, with its event,
// which may have been erased.
const selectDue = `SELECT ` + deliveryColumns + `, COALESCE(e.type, '') AS type, COALESCE(e.sequence, 0) AS sequence, COALESCE(e.at, 0) AS at, COALESCE(e.data, '') AS data
	FROM webhook_deliveries d LEFT JOIN events e ON e.merchant = d.merchant AND e.id = d.event
	WHERE d.endpoint = ? AND d.due_at > 0 AND d.due_at <= ?
	AND NOT EXISTS (SELECT 1 FROM webhook_deliveries b WHERE b.endpoint = d.endpoint AND b.object = d.object AND b.due_at > 0 AND b.position < d.position)
	ORDER BY d.due_at, d.position LIMIT ?`

// ClaimDeliveries gives what is due and holds it until until.
func (db *DB) ClaimDeliveries(ctx context.Context, now, until time.Time, free func(endpoint string) int) ([]webhook.Claimed, error) {
	var lanes []string
	if err := db.reader.SelectContext(brief(ctx), &lanes, db.reader.Rebind(selectLanes), millis(now)); err != nil {
		return nil, err
	}
	room := map[string]int{}
	for _, endpoint := range lanes {
		if n := free(endpoint); n > 0 {
			room[endpoint] = n
		}
	}
	if len(room) == 0 {
		return nil, nil
	}
	var claimed []webhook.Claimed
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		claimed = nil
		for endpoint, n := range room {
			one, err := claimLane(ctx, tx, endpoint, n, now, until)
			if err != nil {
				return err
			}
			claimed = append(claimed, one...)
		}
		return nil
	})
	return claimed, err
}

// claimLane claims up to n deliveries to one endpoint.
func claimLane(ctx context.Context, tx *transaction, endpoint string, n int, now, until time.Time) ([]webhook.Claimed, error) {
	var rows []deliveryRow
	if err := tx.SelectContext(ctx, &rows, tx.Rebind(selectDue), endpoint, millis(now), n); err != nil || len(rows) == 0 {
		return nil, err
	}
	to, err := findEndpoint(ctx, tx, rows[0].Merchant, endpoint)
	if err != nil {
		return nil, err
	}
	var claimed []webhook.Claimed
	places, positions := make([]string, len(rows)), []any{webhook.Pending, millis(until)}
	for i, row := range rows {
		d, err := row.delivery()
		if err != nil {
			return nil, err
		}
		c := webhook.Claimed{Delivery: d, To: to}
		if row.Type != "" {
			c.What = event.Event{ID: row.Event, Merchant: row.Merchant, Type: row.Type, Object: row.Object, Sequence: row.Sequence, At: at(row.At), Data: json.RawMessage(row.Data)}
		}
		claimed = append(claimed, c)
		places[i] = "?"
		positions = append(positions, row.Position)
	}
	_, err = tx.ExecContext(ctx, tx.Rebind(`UPDATE webhook_deliveries SET state = ?, due_at = ? WHERE position IN (`+strings.Join(places, ", ")+`)`), positions...)
	return claimed, err
}

// FinishDelivery keeps how an attempt ended, unless it has been cancelled meanwhile.
func (db *DB) FinishDelivery(ctx context.Context, d webhook.Delivery) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE webhook_deliveries SET state = ?, attempts = ?, due_at = ?, log = ?, updated_at = ? WHERE merchant = ? AND position = ? AND due_at > 0`),
			d.State, d.Attempts, millis(d.DueAt), encode(d.Log), millis(d.UpdatedAt), d.Merchant, d.Position)
		return err
	})
}

// ListDeliveries gives an endpoint's deliveries, newest first, from before a position.
func (db *DB) ListDeliveries(ctx context.Context, m, endpoint string, before int64, limit int) ([]webhook.Delivery, error) {
	if before == 0 {
		before = 1<<62 - 1
	}
	var rows []deliveryRow
	if err := db.reader.SelectContext(brief(ctx), &rows, db.reader.Rebind(`SELECT `+deliveryColumns+` FROM webhook_deliveries d
		WHERE d.merchant = ? AND d.endpoint = ? AND d.position < ? ORDER BY d.position DESC LIMIT ?`), m, endpoint, before, limit); err != nil {
		return nil, err
	}
	return collect(rows, deliveryRow.delivery)
}

// Replay makes new deliveries of a merchant's events to an endpoint.
func (db *DB) Replay(ctx context.Context, to webhook.Endpoint, choice webhook.Choice, limit int, actor string) (int, error) {
	which, args := `e.id = ?`, []any{choice.Event}
	if choice.Event == "" {
		which, args = `e.at >= ? AND e.at < ?`, []any{millis(choice.From), millis(choice.To)}
		if choice.Object != "" {
			// Ids grow with time and are indexed: this reads the span and not all there is.
			which, args = `e.object = ? AND e.id >= ? AND e.id < ?`, []any{choice.Object, event.FirstID(choice.From), event.FirstID(choice.To)}
		}
		if len(to.Types) > 0 {
			which += ` AND e.type IN (?` + strings.Repeat(`, ?`, len(to.Types)-1) + `)`
			for _, kind := range to.Types {
				args = append(args, kind)
			}
		}
	}
	made := 0
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		now := millis(db.now())
		values := append([]any{to.ID, webhook.Pending, now, now, now, to.Merchant}, append(args, limit)...)
		result, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO webhook_deliveries (merchant, endpoint, event, object, state, attempts, replayed, due_at, log, created_at, updated_at)
			SELECT e.merchant, CAST(? AS TEXT), e.id, e.object, CAST(? AS TEXT), 0, 1, CAST(? AS BIGINT), '[]', CAST(? AS BIGINT), CAST(? AS BIGINT)
			FROM events e WHERE e.merchant = ? AND `+which+` ORDER BY e.position LIMIT ?`), values...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		made = int(n)
		tx.announced = true
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: to.Merchant, Actor: actor, Action: "endpoint.replay", Object: to.ID})
	})
	return made, err
}

// ReadyPayment notes that a merchant knows a payment's order, and lets its events go.
func (db *DB) ReadyPayment(ctx context.Context, m, id, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := readPayment(ctx, tx, m, id); err != nil {
			return err
		}
		now := millis(db.now())
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE payments SET ready_at = ?, sequence = sequence + 1 WHERE merchant = ? AND id = ? AND ready_at = 0`), now, m, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE webhook_deliveries SET due_at = ?, state = ? WHERE due_at > 0 AND object = ? AND state = ?
			AND endpoint IN (SELECT id FROM webhook_endpoints WHERE merchant = ?)`), now, webhook.Pending, id, webhook.Waiting, m); err != nil {
			return err
		}
		tx.announced = true
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "payment.ready", Object: id})
	})
}

// forgetDeliveries drops the oldest that have ended. It looks no further than the first
// that is young enough to stay: positions come in the order of time.
const forgetDeliveries = `DELETE FROM webhook_deliveries WHERE position IN (SELECT position FROM webhook_deliveries
	WHERE due_at = 0 AND created_at < ?
	AND position < COALESCE((SELECT position FROM webhook_deliveries WHERE created_at >= ? ORDER BY position LIMIT 1), 9223372036854775807)
	ORDER BY position LIMIT ?)`

// ForgetDeliveries drops old deliveries of all merchants that have ended: the operator's work.
func (db *DB) ForgetDeliveries(ctx context.Context, before time.Time, limit int) (int, error) {
	var n int64
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		result, err := tx.ExecContext(ctx, tx.Rebind(forgetDeliveries), millis(before), millis(before), limit)
		if err != nil {
			return err
		}
		n, err = result.RowsAffected()
		return err
	})
	return int(n), err
}
