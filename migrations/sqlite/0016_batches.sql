-- +goose Up
-- Many charges that were asked for together; see bulk.Batch.
CREATE TABLE bulk_batches (
    merchant     TEXT NOT NULL REFERENCES merchants (id),
    number       INTEGER NOT NULL, -- counted per merchant
    title        TEXT NOT NULL,
    strategy     TEXT NOT NULL, -- JSON object
    digest       BLOB NOT NULL, -- of what was asked, keyed
    actor        TEXT NOT NULL,
    total        INTEGER NOT NULL,
    opened       INTEGER NOT NULL, -- 0 while its items come in, 1 after
    cancelled_at INTEGER NOT NULL, -- 0 when it was not
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (merchant, number)
) STRICT;
CREATE INDEX bulk_batches_of_digest ON bulk_batches (merchant, digest);
CREATE INDEX bulk_batches_begun ON bulk_batches (created_at) WHERE opened = 0;

-- The charges of a batch; see bulk.Item.
CREATE TABLE bulk_items (
    merchant  TEXT NOT NULL,
    batch     INTEGER NOT NULL,
    position  INTEGER NOT NULL, -- from 0
    reference TEXT NOT NULL, -- the merchant's own name for it, which no other charge has
    state     TEXT NOT NULL,
    attempt   INTEGER NOT NULL, -- 0 for the first
    lost      INTEGER NOT NULL, -- payments of this attempt that reached nobody
    due_at    INTEGER NOT NULL, -- 0 when it is final
    asked     TEXT NOT NULL, -- JSON object; empty when it is final
    PRIMARY KEY (merchant, batch, position),
    FOREIGN KEY (merchant, batch) REFERENCES bulk_batches (merchant, number)
) STRICT;
CREATE UNIQUE INDEX bulk_items_of_reference ON bulk_items (merchant, reference);
CREATE INDEX bulk_items_due ON bulk_items (merchant, batch, due_at, position) WHERE due_at > 0;
