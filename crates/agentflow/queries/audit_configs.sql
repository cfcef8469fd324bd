--: AuditConfig (export_destination?, last_export_at?)

-- How a tenant wants its audit kept. Most have no row, and keep it in the usual way.
--! get_audit_config : AuditConfig
SELECT
    retention_days, log_level, mask_sensitive_fields, masked_fields, export_enabled, export_destination, last_export_at
FROM public.audit_configs
WHERE tenant_id = :tenant_id;

-- What recording needs of it.
--! get_audit_policy
SELECT log_level, mask_sensitive_fields, masked_fields
FROM public.audit_configs
WHERE tenant_id = :tenant_id;

-- Held until the end of the transaction, so that two changes come one after the other.
--! lock_audit_config : AuditConfig
SELECT
    retention_days, log_level, mask_sensitive_fields, masked_fields, export_enabled, export_destination, last_export_at
FROM public.audit_config_lock(:tenant_id, :id);

-- The only way to change a setting: with the entry that says so.
--! configure_audit (export_destination?)
SELECT public.audit_configure(
    :tenant_id, :retention_days, :log_level, :mask_sensitive_fields, :masked_fields, :export_enabled,
    :export_destination, :entry_id, :record
);

--! note_audit_export
SELECT FROM public.audit_note_export(:tenant_id, :id, :exported_at);
