-- Turns the dirty row of a migration into a clean one.
UPDATE {table}
SET name = $2, checksum = $3, duration_ms = $4, dirty = false, applied_at = pg_catalog.now(),
    applied_by = pg_catalog.concat_ws(
        '@', session_user,
        CASE WHEN pg_catalog.length(pg_catalog.current_setting('application_name')) OPERATOR(pg_catalog.>) 0
             THEN pg_catalog.current_setting('application_name') END
    )
WHERE version OPERATOR(pg_catalog.=) $1
