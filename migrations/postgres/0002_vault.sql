-- +goose Up
-- tag is a keyed sum over everything else in the row. An empty one fits no row.
ALTER TABLE cards ADD COLUMN tag BYTEA NOT NULL DEFAULT '';
-- A temporary card is good until expires_at and for one use.
ALTER TABLE cards ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cards_expiring ON cards (expires_at) WHERE expires_at > 0;

-- The tag of every card that was changed since it was kept, as it is now; a single
-- zero byte when it was erased. An older copy of the row does not fit it.
CREATE TABLE card_changes (
    merchant TEXT NOT NULL REFERENCES merchants (id),
    token    BYTEA NOT NULL,
    tag      BYTEA NOT NULL,
    PRIMARY KEY (merchant, token)
);

-- The imported BIN table: the newest version only.
CREATE TABLE bin_tables (
    version BIGINT PRIMARY KEY,
    bins    BIGINT NOT NULL, -- how many there are
    data    BYTEA NOT NULL,    -- gzip of CSV
    at      BIGINT NOT NULL
);
