-- +goose Up
-- Cards are kept in the order in which they came, with their tokens in an index: by
-- token alone each new one fell into a page of its own, in the middle of wide rows.
-- tag is a keyed sum over everything else in the row. An empty one fits no row.
-- A temporary card is good until expires_at and for one use.
CREATE TABLE kept_cards (
    merchant    TEXT NOT NULL REFERENCES merchants (id),
    token       BLOB NOT NULL,
    version     INTEGER NOT NULL,
    sealed      BLOB NOT NULL, -- the number, encrypted and bound to this row
    fingerprint TEXT NOT NULL, -- keyed
    brand       TEXT NOT NULL,
    bin         TEXT NOT NULL,
    last4       TEXT NOT NULL,
    exp_month   INTEGER NOT NULL,
    exp_year    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    revision    INTEGER NOT NULL, -- grows with every change
    revoked_at  INTEGER NOT NULL,
    customer_name  TEXT NOT NULL, -- who the merchant says it belongs to
    customer_email TEXT NOT NULL,
    customer_phone TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER NOT NULL,
    tag         BLOB NOT NULL,
    PRIMARY KEY (merchant, token)
) STRICT;
INSERT INTO kept_cards SELECT merchant, token, version, sealed, fingerprint, brand, bin, last4, exp_month, exp_year, created_at, revision,
    revoked_at, customer_name, customer_email, customer_phone, 0, 0, x'' FROM cards;
DROP TABLE cards;
ALTER TABLE kept_cards RENAME TO cards;
CREATE INDEX cards_of_fingerprint ON cards (merchant, fingerprint, created_at);
CREATE INDEX cards_expiring ON cards (expires_at) WHERE expires_at > 0;

-- The tag of every card that was changed since it was kept, as it is now; a single
-- zero byte when it was erased. An older copy of the row does not fit it.
CREATE TABLE card_changes (
    merchant TEXT NOT NULL REFERENCES merchants (id),
    token    BLOB NOT NULL,
    tag      BLOB NOT NULL,
    PRIMARY KEY (merchant, token)
) STRICT, WITHOUT ROWID;

-- The imported BIN table: the newest version only.
CREATE TABLE bin_tables (
    version INTEGER PRIMARY KEY,
    bins    INTEGER NOT NULL, -- how many there are
    data    BLOB NOT NULL,    -- gzip of CSV
    at      INTEGER NOT NULL
) STRICT;
