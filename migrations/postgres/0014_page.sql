-- +goose Up
-- What the builds of the program that run on this database serve as the payment page.
CREATE TABLE page_builds (
    id        TEXT PRIMARY KEY,   -- hash of build
    build     TEXT NOT NULL,      -- JSON
    served_at BIGINT NOT NULL     -- when a server last said so
);

-- What is known of the payment page as browsers get it: at most one row.
CREATE TABLE page_state (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    differences TEXT NOT NULL,    -- JSON, a list
    transport   TEXT NOT NULL,    -- Strict-Transport-Security as it is to be; empty while none was seen
    sequence    BIGINT NOT NULL, -- grows with every change of differences
    since       BIGINT NOT NULL, -- of that change
    looked_at   BIGINT NOT NULL,
    next_at     BIGINT NOT NULL
);
