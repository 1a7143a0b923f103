-- Times are unix milliseconds, 0 for never. Money is minor units with its ISO 4217
-- currency. Every row that belongs to a merchant names it, and every key that is
-- looked up from outside begins with it. STRICT keeps a text out of an integer.

-- +goose Up
CREATE TABLE keysets (
    name    TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE merchants (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    environment TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE sites (
    merchant   TEXT NOT NULL REFERENCES merchants (id),
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    descriptor TEXT NOT NULL,
    origins    TEXT NOT NULL, -- JSON list
    created_at INTEGER NOT NULL,
    PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    id          TEXT PRIMARY KEY, -- the public part of the key's text
    merchant    TEXT NOT NULL REFERENCES merchants (id),
    role        TEXT NOT NULL,
    environment TEXT NOT NULL,
    hash        BLOB NOT NULL,    -- SHA-256 of the secret part; empty for keys that are not secret
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    merchant      TEXT NOT NULL REFERENCES merchants (id),
    email         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkout_sessions (
    id          TEXT PRIMARY KEY, -- a capability: whoever holds it may pay
    merchant    TEXT NOT NULL,
    site        TEXT NOT NULL,
    amount      INTEGER NOT NULL,
    currency    TEXT NOT NULL,
    reference   TEXT NOT NULL,
    description TEXT NOT NULL,
    metadata    TEXT NOT NULL,    -- JSON object
    sense_key   TEXT NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    FOREIGN KEY (merchant, site) REFERENCES sites (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
    merchant            TEXT NOT NULL REFERENCES merchants (id),
    id                  TEXT NOT NULL,
    session             TEXT NOT NULL REFERENCES checkout_sessions (id),
    site                TEXT NOT NULL,
    sequence            INTEGER NOT NULL,
    state               TEXT NOT NULL,
    amount              INTEGER NOT NULL,
    currency            TEXT NOT NULL,
    reference           TEXT NOT NULL,
    metadata            TEXT NOT NULL, -- JSON object
    brand               TEXT NOT NULL,
    bin                 TEXT NOT NULL,
    last4               TEXT NOT NULL,
    exp_month           INTEGER NOT NULL,
    exp_year            INTEGER NOT NULL,
    token               BLOB NOT NULL, -- chosen with the intent; good once its card is kept
    processor           TEXT NOT NULL,
    processor_reference TEXT NOT NULL UNIQUE,
    processor_id        TEXT NOT NULL,
    decline_code        TEXT NOT NULL,
    network_code        TEXT NOT NULL,
    approval_code       TEXT NOT NULL,
    avs                 TEXT NOT NULL,
    cvv_result          TEXT NOT NULL, -- the issuer's one-letter verdict, never the value
    challenge_url       TEXT NOT NULL,
    check_at            INTEGER NOT NULL,
    checks              INTEGER NOT NULL,
    not_found_at        INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_of_session ON payments (session, created_at);
-- Nobody pays twice: a session has one payment at most that is paid or may yet be.
CREATE UNIQUE INDEX payments_one_live ON payments (session) WHERE state NOT IN ('declined', 'failed');
CREATE INDEX payments_due ON payments (check_at) WHERE check_at > 0;

CREATE TABLE cards (
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
    revision    INTEGER NOT NULL, -- grows with every change that is announced
    revoked_at  INTEGER NOT NULL,
    customer_name  TEXT NOT NULL, -- who the merchant says it belongs to
    customer_email TEXT NOT NULL,
    customer_phone TEXT NOT NULL,
    PRIMARY KEY (merchant, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX cards_of_fingerprint ON cards (merchant, fingerprint, created_at);

-- Cards that were erased, so that a backup from before erases them again.
CREATE TABLE tombstones (
    merchant  TEXT NOT NULL REFERENCES merchants (id),
    token     BLOB NOT NULL,
    erased_at INTEGER NOT NULL,
    PRIMARY KEY (merchant, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    position INTEGER PRIMARY KEY, -- order of commit
    merchant TEXT NOT NULL REFERENCES merchants (id),
    id       TEXT NOT NULL,
    type     TEXT NOT NULL,
    object   TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    data     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_id ON events (merchant, id);
CREATE INDEX events_of_merchant ON events (merchant, position);

CREATE TABLE webhook_endpoints (
    merchant    TEXT NOT NULL REFERENCES merchants (id),
    id          TEXT NOT NULL,
    url         TEXT NOT NULL,
    types       TEXT NOT NULL, -- JSON list; empty for all
    sealed      BLOB NOT NULL, -- the signing secret, encrypted and bound to this row
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER NOT NULL,
    PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sense_visits (
    sense_key TEXT PRIMARY KEY,
    merchant  TEXT NOT NULL REFERENCES merchants (id),
    session   TEXT NOT NULL REFERENCES checkout_sessions (id),
    signals   TEXT NOT NULL, -- JSON object, as first sent
    batches   INTEGER NOT NULL,
    first_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sense_events (
    position  INTEGER PRIMARY KEY,
    merchant  TEXT NOT NULL,
    sense_key TEXT NOT NULL REFERENCES sense_visits (sense_key),
    events    TEXT NOT NULL, -- JSON list, one batch
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX sense_events_of_visit ON sense_events (sense_key);

CREATE TABLE audit_entries (
    position INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    merchant TEXT NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    object   TEXT NOT NULL,
    detail   TEXT NOT NULL,
    hash     BLOB NOT NULL -- over this entry and the hash before it
) STRICT;
