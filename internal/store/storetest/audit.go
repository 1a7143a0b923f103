package storetest

import (
	"github.com/paywicket/paywicket/internal/audit"
	"testing"

	"github.com/paywicket/paywicket/internal/payment"
)

func auditTrail(t *testing.T, h *house) {
	if n, err := h.db.CheckAudit(t.Context(), func(audit.Entry) {}); n != 0 || err != nil {
		t.Errorf("an empty trail: %d, %v", n, err)
	}
	h.live()
	n, err := h.db.CheckAudit(t.Context(), func(audit.Entry) {})
	h.must(err)
	if rows := h.count(`SELECT count(*) FROM audit_entries`); n != rows || n < 6 {
		t.Errorf("%d entries were followed, %d are there", n, rows)
	}
}

// live does a few things that are put on record.
func (h *house) live() {
	h.Helper()
	o := h.open("Kestrel Kettles")
	for range 2 {
		p := h.inflight(o)
		h.must(h.keep(o.Merchant.ID, p.Token))
		_, err := h.db.Advance(h.Context(), o.Merchant.ID, p.ID, "test", h.become(payment.Authorized))
		h.must(err)
	}
}

// Whoever can write the database can do anything to the trail but unnoticed.
func auditTrailTamperedWith(t *testing.T, h *house) {
	h.live()
	for name, tamper := range map[string]string{
		"changed":    `UPDATE audit_entries SET actor = 'nobody' WHERE position = 3`,
		"back-dated": `UPDATE audit_entries SET at = at - 1 WHERE position = 3`,
		"taken out":  `DELETE FROM audit_entries WHERE position = 3`,
		"moved":      `UPDATE audit_entries SET position = 100 WHERE position = 3`,
		"made up":    `INSERT INTO audit_entries (at, merchant, actor, action, object, detail, hash) SELECT at, merchant, actor, action, object, detail, hash FROM audit_entries WHERE position = 3`,
	} {
		tx, err := h.intruder.Begin()
		h.must(err)
		var copied [][]any
		rows, err := tx.Query(`SELECT position, at, merchant, actor, action, object, detail, hash FROM audit_entries`)
		h.must(err)
		for rows.Next() {
			row := make([]any, 8)
			into := make([]any, 8)
			for i := range row {
				into[i] = &row[i]
			}
			h.must(rows.Scan(into...))
			copied = append(copied, row)
		}
		h.must(rows.Close())
		h.must(tx.Commit())
		if _, err := h.intruder.Exec(tamper); err != nil {
			t.Fatal(name, err)
		}
		if _, err := h.db.CheckAudit(t.Context(), func(audit.Entry) {}); err == nil {
			t.Errorf("an entry was %s and nobody noticed", name)
		}
		_, err = h.intruder.Exec(`DELETE FROM audit_entries`)
		h.must(err)
		for _, row := range copied {
			_, err = h.intruder.Exec(h.intruder.Rebind(`INSERT INTO audit_entries (position, at, merchant, actor, action, object, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`), row...)
			h.must(err)
		}
		if _, err := h.db.CheckAudit(t.Context(), func(audit.Entry) {}); err != nil {
			t.Fatalf("put back as it was: %v", err)
		}
	}
}
