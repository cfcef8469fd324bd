-- The newest migration; 0 for none.
SELECT COALESCE(max(version), 0)::bigint AS version FROM schema_migrations;
