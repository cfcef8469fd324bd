-- Forgets every migration that is not among $1.
DELETE FROM {table} WHERE version OPERATOR(pg_catalog.<>) ALL ($1) RETURNING version
