-- Records a migration. A row that exists is an error: another runner was here in spite of the lock.
INSERT INTO {table} (version, name, checksum, duration_ms, applied_by, dirty)
VALUES ($1, $2, $3, $4,
        pg_catalog.concat_ws(
            '@', session_user,
            CASE WHEN pg_catalog.length(pg_catalog.current_setting('application_name')) OPERATOR(pg_catalog.>) 0
                 THEN pg_catalog.current_setting('application_name') END
        ), $5)
