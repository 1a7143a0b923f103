-- +goose Up
-- How the endpoint is told: empty for Standard Webhooks, else a form that a dialect brings.
ALTER TABLE webhook_endpoints ADD COLUMN form TEXT NOT NULL DEFAULT '';

-- Whether the merchant asked for the event again, 0 or 1.
ALTER TABLE webhook_deliveries ADD COLUMN replayed BIGINT NOT NULL DEFAULT 0;
