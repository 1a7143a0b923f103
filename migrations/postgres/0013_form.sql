-- +goose Up
-- What a session's form asks for and shows beside the card; JSON object, see checkout.Form.
ALTER TABLE checkout_sessions ADD COLUMN form TEXT NOT NULL DEFAULT '{}';

-- The merchant's own name for its customer; when the customer agreed to be offered the card
-- again, and with which payment. A card is offered once that payment was approved.
ALTER TABLE cards ADD COLUMN customer_id TEXT NOT NULL DEFAULT '';
ALTER TABLE cards ADD COLUMN consented_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN consented_with TEXT NOT NULL DEFAULT '';
CREATE INDEX cards_of_customer ON cards (merchant, customer_id, created_at) WHERE customer_id <> '';
