-- Creates the history table. Run only while the lock is held.
CREATE TABLE IF NOT EXISTS {table} (
    version     bigint                 PRIMARY KEY,
    name        pg_catalog.text        NOT NULL,
    checksum    pg_catalog.text        NOT NULL,
    applied_at  pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
    duration_ms bigint                 NOT NULL,
    applied_by  pg_catalog.text        NOT NULL,
    dirty       boolean                NOT NULL DEFAULT false
);
COMMENT ON TABLE {table} IS
    'Migrations applied to this database; written by the migration engine only.';
COMMENT ON COLUMN {table}.version IS
    'Number in front of the file name.';
COMMENT ON COLUMN {table}.name IS
    'Name in the file name, between version and direction.';
COMMENT ON COLUMN {table}.checksum IS
    'SHA-256 of the up script, with line ends and trailing blanks normalized.';
COMMENT ON COLUMN {table}.applied_at IS
    'When the migration was applied, by the clock of the server.';
COMMENT ON COLUMN {table}.duration_ms IS
    'How long its script ran, in milliseconds; 0 when recorded without running.';
COMMENT ON COLUMN {table}.applied_by IS
    'Role of the connection, and @ its application name.';
COMMENT ON COLUMN {table}.dirty IS
    'A script without a transaction began and did not finish.';
