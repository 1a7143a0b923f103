package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/vault"
)

var _ vault.Store = (*DB)(nil)

// KeepCard makes a card durable, with what it announces, and gives the merchant's
// first token of the same card.
func (db *DB) KeepCard(ctx context.Context, r vault.Record, announce event.Event, actor string) (id.Token, error) {
	var first id.Token
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		tx.cards = append(tx.cards, keptCard{r, &first})
		if err := db.appendEvents(ctx, tx, []event.Event{announce}, nil); err != nil {
			return err
		}
		if err := db.appendAudit(ctx, tx, audit.Entry{Merchant: r.Merchant, Actor: actor, Action: "card.keep", Object: r.Token.String()}); err != nil || r.Consent.At.IsZero() {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: r.Merchant, Actor: actor, Action: "card.save", Object: r.Token.String(), Detail: r.Consent.Words})
	})
	return first, err
}

// keptCard is a card that waits for the end of its transaction.
type keptCard struct {
	vault.Record
	first *id.Token // where the first token of the same card goes
}

var cardTable = tableOf("cards", `merchant text, token bytea, version bigint, sealed bytea, fingerprint text, brand text, bin text, last4 text, exp_month bigint,
	exp_year bigint, created_at bigint, revision bigint, revoked_at bigint, customer_name text, customer_email text, customer_phone text, expires_at bigint, used_at bigint, stored_as text,
	customer_id text, consented_at bigint, consented_with text, tag bytea`)

// flushCards has the cards looked for that are known already, and all inserted. Once
// that has been done, collect tells each card the first of its kind.
func (tx *transaction) flushCards(b batch) (collect func()) {
	ofMerchant := map[string][]string{}
	values := make([]any, 0, len(cardTable.columns)*len(tx.cards))
	for _, c := range tx.cards {
		ofMerchant[c.Merchant] = append(ofMerchant[c.Merchant], c.Fingerprint)
		values = append(values, c.Merchant, c.Token[:], int64(c.Version), c.Sealed, c.Fingerprint, string(c.Summary.Brand), c.Summary.BIN, c.Summary.Last4,
			int64(c.Summary.ExpMonth), int64(c.Summary.ExpYear), millis(c.CreatedAt), int64(c.Revision), millis(c.RevokedAt),
			c.Customer.Name, c.Customer.Email, c.Customer.Phone, millis(c.ExpiresAt), millis(c.UsedAt), namesJSON(c.StoredAs),
			c.Customer.ID, millis(c.Consent.At), c.Consent.Payment, c.Tag)
	}
	firsts := map[string][]byte{}
	for m, fingerprints := range ofMerchant {
		b.firsts(m, fingerprints, func(fingerprint string, token []byte) { firsts[m+fingerprint] = token })
	}
	b.insert(cardTable, values)
	return func() {
		for _, c := range tx.cards {
			key := c.Merchant + c.Fingerprint
			*c.first = id.Token{}
			if known := firsts[key]; known != nil {
				copy(c.first[:], known)
			} else if c.ExpiresAt.IsZero() {
				firsts[key] = c.Token[:]
			}
		}
	}
}

// selectFirsts looks once into the index for each wanted fingerprint: asked for all in
// one IN, PostgreSQL without statistics reads every card of the merchant.
const selectFirsts = `SELECT fingerprint,
	(SELECT c.token FROM cards c WHERE c.merchant = ? AND c.fingerprint = wanted.fingerprint AND c.expires_at = 0 ORDER BY c.created_at LIMIT 1) FROM wanted`

// cardRow is a row of cards.
type cardRow struct {
	Merchant      string
	Token         []byte
	Version       int
	Sealed        []byte
	Fingerprint   string
	Brand         card.Brand
	BIN           string
	Last4         string
	ExpMonth      int   `db:"exp_month"`
	ExpYear       int   `db:"exp_year"`
	CreatedAt     int64 `db:"created_at"`
	Revision      int
	RevokedAt     int64  `db:"revoked_at"`
	Name          string `db:"customer_name"`
	Email         string `db:"customer_email"`
	Phone         string `db:"customer_phone"`
	ExpiresAt     int64  `db:"expires_at"`
	UsedAt        int64  `db:"used_at"`
	StoredAs      string `db:"stored_as"`
	CustomerID    string `db:"customer_id"`
	ConsentedAt   int64  `db:"consented_at"`
	ConsentedWith string `db:"consented_with"`
	Tag           []byte
	ChangedTag    []byte `db:"changed_tag"`
}

// selectCards reads cards with the tag of their last change.
var selectCards = `SELECT ` + cardTable.names() + `, (SELECT c.tag FROM card_changes c WHERE c.merchant = cards.merchant AND c.token = cards.token) AS changed_tag
	FROM cards `

func (r cardRow) card() (vault.Record, error) {
	var names map[string]string
	if r.StoredAs != "" {
		if err := json.Unmarshal([]byte(r.StoredAs), &names); err != nil {
			return vault.Record{}, fmt.Errorf("store: card %x: %w", r.Token, err)
		}
	}
	return vault.Record{
		Token: id.Token(r.Token), Merchant: r.Merchant, Version: r.Version, Sealed: r.Sealed, Fingerprint: r.Fingerprint,
		Summary:   card.Summary{Brand: r.Brand, BIN: r.BIN, Last4: r.Last4, ExpMonth: r.ExpMonth, ExpYear: r.ExpYear},
		Customer:  vault.Customer{ID: r.CustomerID, Name: r.Name, Email: r.Email, Phone: r.Phone},
		Consent:   vault.Consent{At: at(r.ConsentedAt), Payment: r.ConsentedWith},
		Revision:  r.Revision,
		CreatedAt: at(r.CreatedAt), RevokedAt: at(r.RevokedAt), ExpiresAt: at(r.ExpiresAt), UsedAt: at(r.UsedAt),
		StoredAs: names, Tag: r.Tag, ChangedTag: r.ChangedTag,
	}, nil
}

// namesJSON is what processors call a card, as it is kept; empty for none.
func namesJSON(names map[string]string) string {
	if len(names) == 0 {
		return ""
	}
	text, _ := json.Marshal(names) // of texts: it cannot fail
	return string(text)
}

// FindCard gives a merchant's card.
func (db *DB) FindCard(ctx context.Context, m string, token id.Token) (vault.Record, error) {
	return readCard(brief(ctx), db.reader, m, token)
}

// readCard reads a card's columns one by one, in the order of selectCards: it is done
// so often that looking for each by its name is a tenth of it.
func readCard(ctx context.Context, q queryer, m string, token id.Token) (vault.Record, error) {
	var r cardRow
	err := q.QueryRowxContext(ctx, q.Rebind(selectCards+`WHERE merchant = ? AND token = ?`), m, token[:]).Scan(
		&r.Merchant, &r.Token, &r.Version, &r.Sealed, &r.Fingerprint, &r.Brand, &r.BIN, &r.Last4, &r.ExpMonth, &r.ExpYear, &r.CreatedAt, &r.Revision,
		&r.RevokedAt, &r.Name, &r.Email, &r.Phone, &r.ExpiresAt, &r.UsedAt, &r.StoredAs, &r.CustomerID, &r.ConsentedAt, &r.ConsentedWith, &r.Tag, &r.ChangedTag)
	if err != nil {
		return vault.Record{}, missing(err)
	}
	return r.card()
}
