-- +goose Up
-- What a payment was asked for with, beside its amount; see payment.Terms.
ALTER TABLE checkout_sessions ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
-- A merchant's fee schedule by currency, and its processors in order; JSON, empty for none.
ALTER TABLE merchants ADD COLUMN fees TEXT NOT NULL DEFAULT '{}';
ALTER TABLE merchants ADD COLUMN processors TEXT NOT NULL DEFAULT '[]';

-- A payment need not have a session; the rest is new beside it.
CREATE TABLE kept_payments (
    merchant            TEXT NOT NULL REFERENCES merchants (id),
    id                  TEXT NOT NULL,
    session             TEXT REFERENCES checkout_sessions (id), -- NULL when it was made with a token
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
    terms               TEXT NOT NULL, -- JSON object
    scheme_reference    TEXT NOT NULL,
    capturable          INTEGER NOT NULL,
    captured            INTEGER NOT NULL,
    refunded            INTEGER NOT NULL,
    attempts            TEXT NOT NULL, -- JSON list: at processors before this one
    modifications       INTEGER NOT NULL, -- how many there are
    wait_until          INTEGER NOT NULL,
    authentication      TEXT NOT NULL, -- how the issuer made sure of the shopper
    eci                 TEXT NOT NULL,
    return_key          TEXT NOT NULL, -- lets the shopper come back from the issuer's page, once
    PRIMARY KEY (merchant, id)
) STRICT;
INSERT INTO kept_payments SELECT merchant, id, session, site, sequence, state, amount, currency, reference, metadata, brand, bin, last4, exp_month, exp_year, token, processor, processor_reference, processor_id, decline_code, network_code, approval_code, avs, cvv_result, challenge_url, check_at, checks, not_found_at, created_at, updated_at,
    '{}', '', 0, 0, 0, '[]', 0, 0, '', '', '' FROM payments;
UPDATE kept_payments SET capturable = amount WHERE state = 'authorized';
DROP TABLE payments;
ALTER TABLE kept_payments RENAME TO payments;
CREATE INDEX payments_of_session ON payments (session, created_at);
-- Nobody pays twice: a session has one payment at most that is paid or may yet be.
CREATE UNIQUE INDEX payments_one_live ON payments (session) WHERE state NOT IN ('declined', 'failed', 'reversing', 'reversed');
CREATE INDEX payments_due ON payments (check_at) WHERE check_at > 0;

-- By age, for reconciliation and reports.
CREATE INDEX payments_by_age ON payments (created_at, id);

CREATE TABLE payment_modifications (
    merchant     TEXT NOT NULL,
    payment      TEXT NOT NULL,
    id           TEXT NOT NULL,
    number       INTEGER NOT NULL, -- in the order in which they were opened
    kind         TEXT NOT NULL,
    amount       INTEGER NOT NULL,
    final        INTEGER NOT NULL,
    state        TEXT NOT NULL,
    reference    TEXT NOT NULL UNIQUE,
    processor_id TEXT NOT NULL,
    decline_code TEXT NOT NULL,
    check_at     INTEGER NOT NULL,
    checks       INTEGER NOT NULL,
    not_found_at INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (merchant, payment, id),
    FOREIGN KEY (merchant, payment) REFERENCES payments (merchant, id)
) STRICT;

-- References under which a payment was asked for at a processor before another was.
CREATE TABLE payment_attempts (
    merchant  TEXT NOT NULL,
    payment   TEXT NOT NULL,
    processor TEXT NOT NULL,
    reference TEXT NOT NULL PRIMARY KEY,
    FOREIGN KEY (merchant, payment) REFERENCES payments (merchant, id)
) STRICT;

-- What reconciliation found, once for each payment and class.
CREATE TABLE reconciliation_findings (
    processor TEXT NOT NULL,
    reference TEXT NOT NULL, -- of the authorization
    class     TEXT NOT NULL,
    merchant  TEXT NOT NULL, -- empty for missing_here
    payment   TEXT NOT NULL,
    detail    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (processor, reference, class)
) STRICT;
-- Up to when each processor's list has been compared.
CREATE TABLE reconciliations (
    processor TEXT PRIMARY KEY,
    until     INTEGER NOT NULL,
    at        INTEGER NOT NULL -- when it was begun; nobody else begins it meanwhile
) STRICT;

-- Requests that carried a key, and what they were answered.
CREATE TABLE idempotency_keys (
    merchant     TEXT NOT NULL REFERENCES merchants (id),
    scope        TEXT NOT NULL, -- the dialect
    key          TEXT NOT NULL,
    fingerprint  TEXT NOT NULL, -- keyed hash of the request, without its CVV
    seed         BLOB NOT NULL, -- names what the request makes
    leased_until INTEGER NOT NULL,
    status       INTEGER NOT NULL, -- of the answer; 0 while there is none
    sealed       BLOB NOT NULL, -- the answer's body, encrypted and bound to this row
    payment      TEXT NOT NULL, -- that it made, or empty
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (merchant, scope, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
