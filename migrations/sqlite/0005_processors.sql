-- +goose Up
-- What processors call a card that know it: a JSON object by processor, empty for none.
ALTER TABLE cards ADD COLUMN stored_as TEXT NOT NULL DEFAULT '';
