package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

// postgresBatch sends everything at once, for every statement sent alone is a way to
// the server and back; and rows as arrays, a column to each, so that there is one
// statement to prepare whatever their number.
type postgresBatch struct {
	conn *sqlx.Conn
	pgx.Batch
}

func newPostgresBatch(tx *transaction) batch { return &postgresBatch{conn: tx.conn} }

// beginPostgres takes the writers' lock and, on the same way, reads the newest link of
// the audit trail: the second statement sees what was there when it began, and so
// after the lock.
func beginPostgres(tx *transaction) error {
	b := &postgresBatch{conn: tx.conn}
	b.Queue(`SELECT pg_advisory_xact_lock(7236842)`)
	b.Queue(selectLink).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := rows.Scan(&tx.chain); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	tx.linked = true
	return b.send()
}

func (b *postgresBatch) send() error {
	if b.Len() == 0 {
		return nil
	}
	return b.conn.Raw(func(driver any) error {
		return driver.(*stdlib.Conn).Conn().SendBatch(context.Background(), &b.Batch).Close()
	})
}

func (b *postgresBatch) notify(topics []string) {
	for _, notice := range notices(topics) {
		b.Queue(`SELECT pg_notify('`+notifyChannel+`', $1)`, notice)
	}
}

func (b *postgresBatch) insert(t table, values []any) {
	if len(values) == 0 {
		return
	}
	var places []string
	var arrays []any
	for i, c := range t.columns {
		places = append(places, fmt.Sprintf("$%d::%s[]", i+1, c.kind))
		arrays = append(arrays, columnOf(c, values[i:], len(t.columns)))
	}
	b.Queue(`INSERT INTO `+t.name+` (`+t.names()+`) SELECT * FROM unnest(`+strings.Join(places, ", ")+`)`, arrays...)
}

// columnOf gives every width-th value as an array of the column's type.
func columnOf(c column, values []any, width int) any {
	switch c.kind {
	case "text":
		return every[string](values, width)
	case "bigint":
		return every[int64](values, width)
	}
	return every[[]byte](values, width)
}

func every[T any](values []any, width int) []T {
	out := make([]T, 0, len(values)/width+1)
	for i := 0; i < len(values); i += width {
		out = append(out, values[i].(T))
	}
	return out
}

func (b *postgresBatch) firsts(merchant string, fingerprints []string, found func(string, []byte)) {
	text := sqlx.Rebind(sqlx.DOLLAR, `WITH wanted AS (SELECT unnest(?::text[]) AS fingerprint) `+selectFirsts)
	b.Queue(text, fingerprints, merchant).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var fingerprint string
			var token []byte
			if err := rows.Scan(&fingerprint, &token); err != nil {
				return err
			}
			if token != nil {
				found(fingerprint, token)
			}
		}
		return rows.Err()
	})
}
