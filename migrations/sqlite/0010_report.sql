-- +goose Up
-- A merchant's payments by age, for reports: those of all merchants by age are the
-- reconciliation's, and would have each report read everybody's.
CREATE INDEX payments_of_merchant_by_age ON payments (merchant, created_at, id);
-- A session's payments are looked for with every payment, by both names and in their order,
-- so that no other index looks as good.
DROP INDEX payments_of_session;
CREATE INDEX payments_of_session ON payments (session, merchant, created_at, id);
