-- Forgets every migration that is not among $1.
DELETE FROM {table} WHERE version <> ALL ($1) RETURNING version
