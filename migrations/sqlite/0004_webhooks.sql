-- +goose Up
-- The signing secret before the present one, and until when both sign.
ALTER TABLE webhook_endpoints ADD COLUMN old_sealed BLOB NOT NULL DEFAULT x'';
ALTER TABLE webhook_endpoints ADD COLUMN old_until INTEGER NOT NULL DEFAULT 0;
-- For how many seconds a payment's events wait for the merchant to say that it is ready.
ALTER TABLE webhook_endpoints ADD COLUMN wait INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

-- When the merchant said that it knows the order; 0 before.
ALTER TABLE payments ADD COLUMN ready_at INTEGER NOT NULL DEFAULT 0;

-- Each event for each endpoint that asked for it: to be sent, or how that ended.
CREATE TABLE webhook_deliveries (
    position   INTEGER PRIMARY KEY, -- order of commit
    merchant   TEXT NOT NULL,
    endpoint   TEXT NOT NULL,
    event      TEXT NOT NULL,
    object     TEXT NOT NULL, -- what the event is about; its events are sent in order
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL, -- 0 when nothing is left to do
    log        TEXT NOT NULL,    -- JSON list of attempts
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    FOREIGN KEY (merchant, endpoint) REFERENCES webhook_endpoints (merchant, id)
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, due_at) WHERE due_at > 0;
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (endpoint, object, position) WHERE due_at > 0;
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (merchant, endpoint, position);
CREATE INDEX webhook_deliveries_of_event ON webhook_deliveries (merchant, event);
