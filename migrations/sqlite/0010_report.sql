-- +goose Up
-- A merchant's payments by age, for reports: those of all merchants by age are the
-- reconciliation's, and would have each report read everybody's.
CREATE INDEX payments_of_merchant_by_age ON payments (merchant, created_at, id);
