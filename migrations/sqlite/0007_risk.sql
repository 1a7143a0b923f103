-- +goose Up
-- How often something was tried and declined, by the hour; see risk.Counted.
CREATE TABLE risk_counts (
    merchant TEXT NOT NULL,
    subject  TEXT NOT NULL,
    hour     INTEGER NOT NULL, -- since 1970
    attempts INTEGER NOT NULL,
    declines INTEGER NOT NULL,
    PRIMARY KEY (merchant, subject, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX risk_counts_by_age ON risk_counts (hour);

-- Which cards were tried with a device or from a network, by fingerprint, and when last.
CREATE TABLE risk_cards (
    merchant TEXT NOT NULL,
    subject  TEXT NOT NULL,
    card     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (merchant, subject, card)
) STRICT, WITHOUT ROWID;
CREATE INDEX risk_cards_by_age ON risk_cards (at);
