-- +goose Up
-- What is known of cards, payers and devices by when anything was heard of them last, to be
-- forgotten.
CREATE INDEX rescue_history_by_age ON rescue_history ((CASE WHEN approved_at > declined_at THEN approved_at ELSE declined_at END));
