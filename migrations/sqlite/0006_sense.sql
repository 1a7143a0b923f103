-- +goose Up
-- What a page of a shop or a checkout saw of its device: each page apart, under the sense
-- key that joins a visit's pages. What was seen before pages were told apart goes.
DROP TABLE sense_events;
DROP TABLE sense_visits;

-- Sense keys that a merchant's own pages were given; a checkout's stand with its session.
CREATE TABLE sense_keys (
    sense_key  TEXT PRIMARY KEY,
    merchant   TEXT NOT NULL,
    site       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (merchant, site) REFERENCES sites (merchant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sense_keys_by_age ON sense_keys (created_at);
-- What a merchant wants collected, and done about risk; JSON, see merchant.Guard.
ALTER TABLE merchants ADD COLUMN guard TEXT NOT NULL DEFAULT '{}';
-- The key of the merchant's pages that led to a checkout; empty for none.
ALTER TABLE checkout_sessions ADD COLUMN joined_key TEXT NOT NULL DEFAULT '';

CREATE TABLE sense_pages (
    sense_key  TEXT NOT NULL,
    page       TEXT NOT NULL,
    merchant   TEXT NOT NULL REFERENCES merchants (id),
    place      TEXT NOT NULL,    -- frame or funnel
    signals    TEXT NOT NULL,    -- JSON object, each as first sent
    network    TEXT NOT NULL,    -- the address without its last part
    exact      INTEGER NOT NULL, -- of the first signals with their times; 0 for too few
    replayed   INTEGER NOT NULL,
    device     TEXT NOT NULL,    -- empty before all signals are in
    verdict    TEXT NOT NULL,
    confidence INTEGER NOT NULL, -- of a thousand
    reasons    TEXT NOT NULL,    -- JSON list
    batches    INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    PRIMARY KEY (sense_key, page)
) STRICT;
CREATE INDEX sense_pages_recorded ON sense_pages (merchant, exact) WHERE exact <> 0;
CREATE INDEX sense_pages_of_device ON sense_pages (merchant, device, first_at);
CREATE INDEX sense_pages_by_age ON sense_pages (first_at);

CREATE TABLE sense_events (
    position  INTEGER PRIMARY KEY,
    merchant  TEXT NOT NULL,
    sense_key TEXT NOT NULL,
    page      TEXT NOT NULL,
    events    TEXT NOT NULL, -- JSON list, one batch
    FOREIGN KEY (sense_key, page) REFERENCES sense_pages (sense_key, page) ON DELETE CASCADE
) STRICT;
CREATE INDEX sense_events_of_page ON sense_events (sense_key, page);

CREATE TABLE devices (
    merchant TEXT NOT NULL REFERENCES merchants (id),
    id       TEXT NOT NULL,
    features TEXT NOT NULL, -- JSON object, as last seen
    visitors TEXT NOT NULL, -- JSON list, the newest last
    networks TEXT NOT NULL, -- JSON list, the newest last
    visits   INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_age ON devices (last_at);

-- Under what a device is looked for; see sense.lookupKeys.
CREATE TABLE device_keys (
    merchant TEXT NOT NULL,
    key      INTEGER NOT NULL,
    device   TEXT NOT NULL,
    PRIMARY KEY (merchant, key, device),
    FOREIGN KEY (merchant, device) REFERENCES devices (merchant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX device_keys_of_device ON device_keys (merchant, device);
