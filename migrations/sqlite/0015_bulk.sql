-- +goose Up
-- Attempts to charge kept cards, as the clients of a dialect know them; see bulk.Transaction.
-- Where one stands is its payment's to say, which may not have been opened.
CREATE TABLE bulk_transactions (
    merchant   TEXT NOT NULL REFERENCES merchants (id),
    number     INTEGER NOT NULL, -- from 1 to 2^53 - 1
    payment    TEXT NOT NULL,
    reference  TEXT NOT NULL, -- the merchant's own name for it
    batch      INTEGER NOT NULL, -- 0 for none
    item       INTEGER NOT NULL, -- its position in the batch, from 0
    attempt    INTEGER NOT NULL, -- 0 for the first
    amount     INTEGER NOT NULL, -- that was asked for
    currency   TEXT NOT NULL,
    email      TEXT NOT NULL, -- in lower case
    detail     TEXT NOT NULL, -- JSON object
    refused    TEXT NOT NULL DEFAULT '', -- why it was never sent, for the merchant; empty when it may have been
    created_at INTEGER NOT NULL,
    PRIMARY KEY (merchant, number),
    UNIQUE (merchant, payment)
) STRICT;
CREATE INDEX bulk_transactions_of_reference ON bulk_transactions (merchant, reference, number);
CREATE INDEX bulk_transactions_by_age ON bulk_transactions (merchant, created_at, number);
CREATE INDEX bulk_transactions_of_batch ON bulk_transactions (merchant, batch, item, attempt) WHERE batch > 0;
