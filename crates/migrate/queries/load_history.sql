-- Every recorded migration, oldest version first.
SELECT version, name, checksum, applied_at, duration_ms, applied_by, dirty
FROM {table}
ORDER BY version
