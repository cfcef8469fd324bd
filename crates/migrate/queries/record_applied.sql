-- Records a migration. A row that exists is an error: another runner was here in spite of the lock.
INSERT INTO {table} (version, name, checksum, duration_ms, applied_by, dirty)
VALUES ($1, $2, $3, $4,
        session_user || coalesce('@' || nullif(current_setting('application_name'), ''), ''), $5)
