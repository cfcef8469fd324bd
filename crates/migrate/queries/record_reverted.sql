-- Forgets a migration that was taken back.
DELETE FROM {table} WHERE version OPERATOR(pg_catalog.=) $1
