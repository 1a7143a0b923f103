-- +goose Up
-- What a payment was asked for with, beside its amount; see payment.Terms.
ALTER TABLE checkout_sessions ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
-- A merchant's fee schedule by currency, and its processors in order; JSON, empty for none.
ALTER TABLE merchants ADD COLUMN fees TEXT NOT NULL DEFAULT '{}';
ALTER TABLE merchants ADD COLUMN processors TEXT NOT NULL DEFAULT '[]';

-- A payment need not have a session; the rest is new beside it.
ALTER TABLE payments ALTER COLUMN session DROP NOT NULL;
ALTER TABLE payments ADD COLUMN terms TEXT NOT NULL DEFAULT '{}'; -- JSON object
ALTER TABLE payments ADD COLUMN scheme_reference TEXT NOT NULL DEFAULT '';
ALTER TABLE payments ADD COLUMN capturable BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN captured BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN attempts TEXT NOT NULL DEFAULT '[]'; -- JSON list: at processors before this one
ALTER TABLE payments ADD COLUMN modifications BIGINT NOT NULL DEFAULT 0; -- how many there are
ALTER TABLE payments ADD COLUMN wait_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN authentication TEXT NOT NULL DEFAULT ''; -- how the issuer made sure of the shopper
ALTER TABLE payments ADD COLUMN eci TEXT NOT NULL DEFAULT '';
ALTER TABLE payments ADD COLUMN return_key TEXT NOT NULL DEFAULT ''; -- lets the shopper come back from the issuer's page, once
UPDATE payments SET capturable = amount WHERE state = 'authorized';
DROP INDEX payments_one_live;
-- Nobody pays twice: a session has one payment at most that is paid or may yet be.
CREATE UNIQUE INDEX payments_one_live ON payments (session) WHERE state NOT IN ('declined', 'failed', 'reversing', 'reversed');

-- By age, for reconciliation and reports.
CREATE INDEX payments_by_age ON payments (created_at, id);

CREATE TABLE payment_modifications (
    merchant     TEXT NOT NULL,
    payment      TEXT NOT NULL,
    id           TEXT NOT NULL,
    number       BIGINT NOT NULL, -- in the order in which they were opened
    kind         TEXT NOT NULL,
    amount       BIGINT NOT NULL,
    final        BIGINT NOT NULL,
    state        TEXT NOT NULL,
    reference    TEXT NOT NULL UNIQUE,
    processor_id TEXT NOT NULL,
    decline_code TEXT NOT NULL,
    check_at     BIGINT NOT NULL,
    checks       BIGINT NOT NULL,
    not_found_at BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (merchant, payment, id),
    FOREIGN KEY (merchant, payment) REFERENCES payments (merchant, id)
);

-- References under which a payment was asked for at a processor before another was.
CREATE TABLE payment_attempts (
    merchant  TEXT NOT NULL,
    payment   TEXT NOT NULL,
    processor TEXT NOT NULL,
    reference TEXT NOT NULL PRIMARY KEY,
    FOREIGN KEY (merchant, payment) REFERENCES payments (merchant, id)
);

-- What reconciliation found, once for each payment and class.
CREATE TABLE reconciliation_findings (
    processor TEXT NOT NULL,
    reference TEXT NOT NULL, -- of the authorization
    class     TEXT NOT NULL,
    merchant  TEXT NOT NULL, -- empty for missing_here
    payment   TEXT NOT NULL,
    detail    TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (processor, reference, class)
);
-- Up to when each processor's list has been compared.
CREATE TABLE reconciliations (
    processor TEXT PRIMARY KEY,
    until     BIGINT NOT NULL,
    at        BIGINT NOT NULL -- when it was begun; nobody else begins it meanwhile
);

-- Requests that carried a key, and what they were answered.
CREATE TABLE idempotency_keys (
    merchant     TEXT NOT NULL REFERENCES merchants (id),
    scope        TEXT NOT NULL, -- the dialect
    key          TEXT NOT NULL,
    fingerprint  TEXT NOT NULL, -- keyed hash of the request, without its CVV
    seed         BYTEA NOT NULL, -- names what the request makes
    leased_until BIGINT NOT NULL,
    status       BIGINT NOT NULL, -- of the answer; 0 while there is none
    sealed       BYTEA NOT NULL, -- the answer's body, encrypted and bound to this row
    payment      TEXT NOT NULL, -- that it made, or empty
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (merchant, scope, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
