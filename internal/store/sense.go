package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/sense"
)

var _ sense.Store = (*DB)(nil)

// pageRow is a row of sense_pages.
type pageRow struct {
	SenseKey   string `db:"sense_key"`
	Page       string
	Merchant   string
	Place      sense.Place
	Signals    []byte
	Network    string
	Exact      int64
	Replayed   int
	Device     string
	Verdict    sense.Verdict
	Confidence int
	Reasons    []byte
	Batches    int
	FirstAt    int64 `db:"first_at"`
	LastAt     int64 `db:"last_at"`
}

const selectPages = `SELECT sense_key, page, merchant, place, signals, network, exact, replayed, device, verdict, confidence, reasons, batches, first_at, last_at FROM sense_pages `

func (r pageRow) page() (sense.Page, error) {
	p := sense.Page{
		SenseKey: r.SenseKey, ID: r.Page, Merchant: r.Merchant, Place: r.Place, Network: r.Network, Exact: r.Exact, Replayed: r.Replayed != 0,
		Device: r.Device, Likeness: sense.Likeness{Verdict: r.Verdict, Confidence: float64(r.Confidence) / 1000},
		Batches: r.Batches, FirstAt: at(r.FirstAt), LastAt: at(r.LastAt),
	}
	return p, errors.Join(json.Unmarshal(r.Signals, &p.Signals), json.Unmarshal(r.Reasons, &p.Reasons))
}

// ownerOf gives the merchant whose page was given a sense key.
func ownerOf(ctx context.Context, q queryer, key string) (string, error) {
	var merchant string
	err := q.GetContext(ctx, &merchant, q.Rebind(`SELECT merchant FROM checkout_sessions WHERE sense_key = ?
		UNION ALL SELECT merchant FROM sense_keys WHERE sense_key = ? LIMIT 1`), key, key)
	return merchant, missing(err)
}

// observeTries is how often a page is read again that changed meanwhile.
const observeTries = 5

// errChanged is a page that has changed since it was read.
var errChanged = fault.New(fault.Conflict, "The page has sent something else at the same time. Send it again.")

// ObservePage changes what is kept of a page, with its device. Pages and devices are read
// beside the writer, which others wait for; a page that has changed by then is read again.
func (db *DB) ObservePage(ctx context.Context, key, page string, change func(sense.Page, sense.Lookup) (sense.Observation, error)) error {
	for try := 1; ; try++ {
		p, err := db.readPage(ctx, key, page)
		if err != nil {
			return err
		}
		before := p.Batches
		o, err := change(p, deviceLookup{ctx, db.reader, p.Merchant})
		if err != nil {
			return err
		}
		err = db.write(ctx, func(ctx context.Context, tx *transaction) error { return tx.keepObservation(ctx, before, o) })
		if !errors.Is(err, errChanged) || try == observeTries {
			return err
		}
	}
}

// pagesKept is how many pages a sense key may have: more than anybody opens.
const pagesKept = 200

// readPage gives a page as it is, new when nothing of it was kept yet. A browser names no
// merchant: the key, which cannot be guessed, tells whose page it is.
func (db *DB) readPage(ctx context.Context, key, page string) (sense.Page, error) {
	var row pageRow
	err := db.reader.GetContext(ctx, &row, db.reader.Rebind(selectPages+`WHERE sense_key = ? AND page = ?`), key, page)
	if errors.Is(err, sql.ErrNoRows) {
		p := sense.Page{SenseKey: key, ID: page}
		if p.Merchant, err = ownerOf(ctx, db.reader, key); err != nil {
			return p, err
		}
		var pages int
		if err := db.reader.GetContext(ctx, &pages, db.reader.Rebind(`SELECT count(*) FROM sense_pages WHERE sense_key = ? AND merchant = ?`), key, p.Merchant); err != nil {
			return p, err
		}
		if pages >= pagesKept {
			return p, fault.New(fault.TooMany, "This visit has opened enough pages.")
		}
		return p, nil
	}
	if err != nil {
		return sense.Page{}, err
	}
	return row.page()
}

// keepObservation writes a page that had sent so many batches before, and its device.
func (tx *transaction) keepObservation(ctx context.Context, before int, o sense.Observation) error {
	p := o.Page
	var failed error
	run := func(text string, args ...any) int64 {
		if failed != nil {
			return 0
		}
		result, err := tx.ExecContext(ctx, tx.Rebind(text), args...)
		if err != nil {
			failed = err
			return 0
		}
		n, err := result.RowsAffected()
		failed = err
		return n
	}
	if run(`INSERT INTO sense_pages (sense_key, page, merchant, place, signals, network, exact, replayed, device, verdict, confidence, reasons, batches, first_at, last_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sense_key, page) DO UPDATE SET signals = excluded.signals, exact = excluded.exact,
		replayed = excluded.replayed, device = excluded.device, verdict = excluded.verdict, confidence = excluded.confidence,
		reasons = excluded.reasons, batches = excluded.batches, last_at = excluded.last_at WHERE sense_pages.batches = ?`,
		p.SenseKey, p.ID, p.Merchant, string(p.Place), encode(p.Signals), p.Network, p.Exact, flag(p.Replayed), p.Device, string(p.Verdict),
		int(math.Round(p.Confidence*1000)), encode(p.Reasons), p.Batches, millis(p.FirstAt), millis(p.LastAt), before) == 0 && failed == nil {
		return errChanged
	}
	if len(o.Events) > 0 {
		run(`INSERT INTO sense_events (merchant, sense_key, page, events) VALUES (?, ?, ?, ?)`, p.Merchant, p.SenseKey, p.ID, string(o.Events))
	}
	if d := o.Device; d != nil {
		run(`INSERT INTO devices (merchant, id, features, visitors, networks, visits, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (merchant, id) DO UPDATE SET features = excluded.features, visitors = excluded.visitors, networks = excluded.networks,
			visits = excluded.visits, last_at = excluded.last_at`,
			d.Merchant, d.ID, encode(d.Features), encode(d.Visitors), encode(d.Networks), d.Visits, millis(d.FirstAt), millis(d.LastAt))
		for _, key := range o.Keys {
			run(`INSERT INTO device_keys (merchant, key, device) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, d.Merchant, key, d.ID)
		}
	}
	return failed
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// mostPages is how many pages of a visit are looked at: the newest.
const mostPages = 20

// PagesOf gives what the pages of a sense key have sent, the newest of many.
func (db *DB) PagesOf(ctx context.Context, m, key string) ([]sense.Page, error) {
	var rows []pageRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(selectPages+`WHERE sense_key = ? AND merchant = ? ORDER BY first_at DESC, page DESC LIMIT ?`), key, m, mostPages); err != nil {
		return nil, err
	}
	slices.Reverse(rows)
	pages, err := collect(rows, pageRow.page)
	for i := range pages {
		if err == nil {
			err = db.reader.SelectContext(ctx, &pages[i].Events, db.reader.Rebind(`SELECT events FROM sense_events WHERE sense_key = ? AND page = ? AND merchant = ? ORDER BY position`), key, pages[i].ID, m)
		}
	}
	return pages, err
}

// forget runs a statement that deletes at most limit rows from before a time, and counts them.
func (tx *transaction) forget(ctx context.Context, text string, before int64, limit int) (int, error) {
	result, err := tx.ExecContext(ctx, tx.Rebind(text), before, limit)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// ForgetVisits drops what pages of all merchants sent before a time, devices that were not
// seen since, and keys of pages that were given before: for whoever clears up in the whole
// house.
func (db *DB) ForgetVisits(ctx context.Context, before time.Time, limit int) (int, error) {
	total := 0
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		total = 0
		for _, text := range []string{
			`DELETE FROM sense_pages WHERE (sense_key, page) IN (SELECT sense_key, page FROM sense_pages WHERE first_at < ? ORDER BY first_at LIMIT ?)`,
			`DELETE FROM devices WHERE (merchant, id) IN (SELECT merchant, id FROM devices WHERE last_at < ? ORDER BY last_at LIMIT ?)`,
			`DELETE FROM sense_keys WHERE sense_key IN (SELECT sense_key FROM sense_keys WHERE created_at < ? ORDER BY created_at LIMIT ?)`,
		} {
			n, err := tx.forget(ctx, text, millis(before), limit)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	return total, err
}

// KeepSenseKey keeps a key that a page of a merchant's site was given.
func (db *DB) KeepSenseKey(ctx context.Context, m, site, key string, now time.Time) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO sense_keys (sense_key, merchant, site, created_at) VALUES (?, ?, ?, ?)`), key, m, site, millis(now))
		return err
	})
}

// FindSenseKey gives the site whose page was given a key. Errors: fault.NotFound.
func (db *DB) FindSenseKey(ctx context.Context, m, key string) (site string, err error) {
	err = db.reader.GetContext(ctx, &site, db.reader.Rebind(`SELECT site FROM sense_keys WHERE sense_key = ? AND merchant = ?`), key, m)
	return site, missing(err)
}
