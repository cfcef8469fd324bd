DROP TRIGGER IF EXISTS require_tombstone ON tenants;
DROP TRIGGER IF EXISTS create_audit_head ON tenants;

DROP FUNCTION IF EXISTS audit_note_export(uuid, uuid, timestamptz);
DROP FUNCTION IF EXISTS audit_configure(uuid, integer, text, boolean, text[], boolean, text, uuid, text);
DROP FUNCTION IF EXISTS audit_config_lock(uuid, uuid);
DROP TABLE IF EXISTS audit_configs;
DROP FUNCTION IF EXISTS audit_prune(uuid, bigint);
DROP FUNCTION IF EXISTS audit_most_uncovered(uuid[], bigint);
DROP FUNCTION IF EXISTS audit_uncovered(bigint, uuid, integer);
DROP TABLE IF EXISTS audit_sinks;
DROP TABLE IF EXISTS tenant_log_checkpoints;
DROP TABLE IF EXISTS tenant_log;
DROP TABLE IF EXISTS audit_checkpoints;

DROP FUNCTION IF EXISTS tenant_delete(uuid, text);
DROP FUNCTION IF EXISTS tenant_row_counts(uuid);
DROP TABLE IF EXISTS tenant_tombstones;

DROP FUNCTION IF EXISTS audit_append(uuid, uuid[], text[]);
DROP TABLE IF EXISTS audit_heads;
DROP VIEW IF EXISTS audit_entries;
DROP TABLE IF EXISTS audits;

DROP FUNCTION IF EXISTS trigger_require_checkpoint();
DROP FUNCTION IF EXISTS trigger_refuse_entry_delete();
DROP FUNCTION IF EXISTS trigger_refuse_audit_delete();
DROP FUNCTION IF EXISTS trigger_refuse_change();
DROP FUNCTION IF EXISTS trigger_require_tombstone();
DROP FUNCTION IF EXISTS trigger_create_audit_head();

DROP FUNCTION IF EXISTS audit_genesis_hash(uuid);
DROP FUNCTION IF EXISTS audit_fields_hold(uuid, audit_fields, text);
DROP FUNCTION IF EXISTS audit_fields(text);
DROP TYPE IF EXISTS audit_fields;
