package store

import (
	"errors"
	"math/bits"
	"strings"
)

// sqliteBatch does what it is asked one after the other: a call costs little.
type sqliteBatch struct {
	tx   *transaction
	asks []func() error
}

func newSQLiteBatch(tx *transaction) batch { return &sqliteBatch{tx: tx} }

func (b *sqliteBatch) send() error {
	for _, ask := range b.asks {
		if err := ask(); err != nil {
			return err
		}
	}
	return nil
}

// notify does nothing: there is no other server.
func (b *sqliteBatch) notify([]string) {}

// mostRows is how many rows one statement is for: few enough for SQLite's limit on
// parameters. Statements are for powers of two of rows, so that there are few of them
// to keep prepared.
const mostRows = 64

// pieces goes through so many rows in powers of two.
func pieces(rows int, visit func(from, n int) error) error {
	for from := 0; from < rows; {
		n := min(mostRows, 1<<(bits.Len(uint(rows-from))-1))
		if err := visit(from, n); err != nil {
			return err
		}
		from += n
	}
	return nil
}

func (b *sqliteBatch) insert(t table, values []any) {
	width := len(t.columns)
	row := "(" + strings.Repeat("?, ", width-1) + "?)"
	b.asks = append(b.asks, func() error {
		return pieces(len(values)/width, func(from, n int) error {
			_, err := b.tx.Exec(`INSERT INTO `+t.name+` (`+t.names()+`) VALUES `+strings.Repeat(row+", ", n-1)+row, values[from*width:(from+n)*width]...)
			return err
		})
	})
}

func (b *sqliteBatch) firsts(merchant string, fingerprints []string, found func(string, []byte)) {
	b.asks = append(b.asks, func() error {
		return pieces(len(fingerprints), func(from, n int) error {
			args := make([]any, 0, n+1)
			for _, f := range fingerprints[from : from+n] {
				args = append(args, f)
			}
			rows, err := b.tx.Query(`WITH wanted (fingerprint) AS (VALUES (?)`+strings.Repeat(", (?)", n-1)+`) `+selectFirsts, append(args, merchant)...)
			if err != nil {
				return err
			}
			for rows.Next() {
				var fingerprint string
				var token []byte
				if err := rows.Scan(&fingerprint, &token); err != nil {
					return errors.Join(err, rows.Close())
				}
				if token != nil {
					found(fingerprint, token)
				}
			}
			return rows.Err()
		})
	})
}
