-- Records a migration as applied and clean without running it; keeps when an earlier record was
-- made.
INSERT INTO {table} AS t (version, name, checksum, duration_ms, applied_by)
VALUES ($1, $2, $3, 0,
        pg_catalog.concat_ws(
            '@', session_user,
            CASE WHEN pg_catalog.length(pg_catalog.current_setting('application_name')) OPERATOR(pg_catalog.>) 0
                 THEN pg_catalog.current_setting('application_name') END
        ))
ON CONFLICT (version) DO UPDATE
SET name = excluded.name, checksum = excluded.checksum, dirty = false
