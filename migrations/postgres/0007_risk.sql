-- +goose Up
-- How often something was tried and declined, by the hour; see risk.Counted.
CREATE TABLE risk_counts (
    merchant TEXT NOT NULL,
    subject  TEXT NOT NULL,
    hour     BIGINT NOT NULL, -- since 1970
    attempts BIGINT NOT NULL,
    declines BIGINT NOT NULL,
    PRIMARY KEY (merchant, subject, hour)
);
CREATE INDEX risk_counts_by_age ON risk_counts (hour);

-- Which cards were tried with a device or from a network, by fingerprint, and when last.
CREATE TABLE risk_cards (
    merchant TEXT NOT NULL,
    subject  TEXT NOT NULL,
    card     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (merchant, subject, card)
);
CREATE INDEX risk_cards_by_age ON risk_cards (at);
