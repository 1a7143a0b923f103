-- +goose Up
-- The switches of rescue that are off; JSON list, see merchant.Switch.
ALTER TABLE merchants ADD COLUMN rescue_off TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sites ADD COLUMN rescue_off TEXT NOT NULL DEFAULT '[]';

-- Declined sales that are to be rescued; see rescue.Order.
CREATE TABLE rescue_orders (
    position   INTEGER PRIMARY KEY, -- order of commit
    merchant   TEXT NOT NULL,
    id         TEXT NOT NULL,
    site       TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    state      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    source     TEXT NOT NULL,
    reference  TEXT NOT NULL, -- the merchant's own name for the order
    amount     INTEGER NOT NULL,
    currency   TEXT NOT NULL,
    payment    TEXT NOT NULL, -- the newest, or empty
    challenge  TEXT NOT NULL UNIQUE, -- a capability: whoever holds it may answer
    mark       TEXT NOT NULL, -- the card's fingerprint, keyed; empty when it is not kept
    rest       TEXT NOT NULL, -- JSON object
    next_at    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    FOREIGN KEY (merchant, site) REFERENCES sites (merchant, id)
) STRICT;
CREATE UNIQUE INDEX rescue_orders_by_id ON rescue_orders (merchant, id);
CREATE INDEX rescue_orders_of_merchant ON rescue_orders (merchant, position);
CREATE INDEX rescue_orders_of_reference ON rescue_orders (merchant, reference, position);
CREATE INDEX rescue_orders_due ON rescue_orders (next_at) WHERE next_at > 0;
CREATE INDEX rescue_orders_of_card ON rescue_orders (merchant, mark);
CREATE INDEX rescue_orders_by_age ON rescue_orders (merchant, created_at);

-- When a card was tried for a merchant, each try once: the schemes count them.
CREATE TABLE rescue_tries (
    merchant TEXT NOT NULL REFERENCES merchants (id),
    mark     TEXT NOT NULL,
    name     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (merchant, mark, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX rescue_tries_by_age ON rescue_tries (at);

-- What was decided about declines, and of what; see rescue.Decision.
CREATE TABLE rescue_decisions (
    merchant TEXT NOT NULL REFERENCES merchants (id),
    id       TEXT NOT NULL,
    site     TEXT NOT NULL,
    order_id TEXT NOT NULL,
    payment  TEXT NOT NULL,
    amount   INTEGER NOT NULL,
    currency TEXT NOT NULL,
    facts    TEXT NOT NULL, -- JSON object
    rule     TEXT NOT NULL,
    why      TEXT NOT NULL,
    action   TEXT NOT NULL,
    version  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rescue_decisions_in_time ON rescue_decisions (merchant, at, id);
CREATE INDEX rescue_decisions_by_age ON rescue_decisions (at);
CREATE INDEX rescue_decisions_of_order ON rescue_decisions (merchant, order_id, at);

-- Merchants' own decision tables, every version.
CREATE TABLE rescue_rules (
    merchant TEXT NOT NULL REFERENCES merchants (id),
    version  INTEGER NOT NULL,
    rules    TEXT NOT NULL, -- JSON list
    actor    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (merchant, version)
) STRICT, WITHOUT ROWID;

-- Payments and sales that are still to be learned from, or were.
CREATE TABLE transmissions (
    position INTEGER PRIMARY KEY,
    merchant TEXT NOT NULL REFERENCES merchants (id),
    id       TEXT NOT NULL, -- a UUID for a sale that was told of, empty for a payment of ours
    payment  TEXT NOT NULL,
    sale     TEXT NOT NULL, -- JSON object; empty for a payment of ours
    learned  INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at   INTEGER NOT NULL, -- 0 when nothing is left to do
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX transmissions_due ON transmissions (due_at) WHERE due_at > 0;
CREATE INDEX transmissions_by_age ON transmissions (at);
CREATE INDEX transmissions_of_merchant ON transmissions (merchant, at) WHERE id <> '';
CREATE UNIQUE INDEX transmissions_by_id ON transmissions (merchant, id) WHERE id <> '';

-- What is known of cards, payers and devices; see rescue.History.
CREATE TABLE rescue_history (
    merchant    TEXT NOT NULL REFERENCES merchants (id),
    subject     TEXT NOT NULL,
    approved    INTEGER NOT NULL,
    declined    INTEGER NOT NULL,
    hard        INTEGER NOT NULL,
    approved_at INTEGER NOT NULL,
    declined_at INTEGER NOT NULL,
    PRIMARY KEY (merchant, subject)
) STRICT, WITHOUT ROWID;

-- Which visit a kept card came with, and that it came with a CVV: never the value.
CREATE TABLE card_arrivals (
    merchant  TEXT NOT NULL,
    token     BLOB NOT NULL,
    sense_key TEXT NOT NULL,
    cvv       INTEGER NOT NULL,
    PRIMARY KEY (merchant, token),
    FOREIGN KEY (merchant, token) REFERENCES cards (merchant, token) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
