-- +goose Up
-- A card's newest tries, which are read by the writer for each order that is charged.
CREATE INDEX rescue_tries_of_card ON rescue_tries (merchant, mark, at);
