-- +goose Up
-- tag is a keyed sum over everything else in the row. An empty one fits no row.
ALTER TABLE cards ADD COLUMN tag BLOB NOT NULL DEFAULT x'';
-- A temporary card is good until expires_at and for one use.
ALTER TABLE cards ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cards_expiring ON cards (expires_at) WHERE expires_at > 0;

-- The tag of every card that was changed since it was kept, as it is now; empty when
-- it was erased. An older copy of the row does not fit it.
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
