-- Forgets a migration that was taken back.
DELETE FROM {table} WHERE version = $1
