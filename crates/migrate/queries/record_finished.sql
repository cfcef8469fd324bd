-- Turns the dirty row of a migration into a clean one.
UPDATE {table}
SET name = $2, checksum = $3, duration_ms = $4, dirty = false, applied_at = now(),
    applied_by = session_user || coalesce('@' || nullif(current_setting('application_name'), ''), '')
WHERE version = $1
