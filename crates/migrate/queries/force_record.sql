-- Records a migration as applied and clean without running it; keeps when an earlier record was
-- made.
INSERT INTO {table} AS t (version, name, checksum, duration_ms, applied_by)
VALUES ($1, $2, $3, 0,
        session_user || coalesce('@' || nullif(current_setting('application_name'), ''), ''))
ON CONFLICT (version) DO UPDATE
SET name = excluded.name, checksum = excluded.checksum, dirty = false
