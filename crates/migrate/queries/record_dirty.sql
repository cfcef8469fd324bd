-- Marks a recorded migration before its down script runs without a transaction.
UPDATE {table} SET dirty = true WHERE version OPERATOR(pg_catalog.=) $1
