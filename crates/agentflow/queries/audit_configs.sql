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

-- The usual way as a row, unless there is one.
--! ensure_audit_config
INSERT INTO public.audit_configs (tenant_id, id)
VALUES (:tenant_id, :id)
ON CONFLICT ON CONSTRAINT audit_configs_tenant_key DO NOTHING;

-- Held until the end of the transaction, so that two changes come one after the other.
--! lock_audit_config : AuditConfig
SELECT
    retention_days, log_level, mask_sensitive_fields, masked_fields, export_enabled, export_destination, last_export_at
FROM public.audit_configs
WHERE tenant_id = :tenant_id
FOR UPDATE;

--! update_audit_config (export_destination?)
UPDATE public.audit_configs
SET retention_days        = :retention_days,
    log_level             = :log_level,
    mask_sensitive_fields = :mask_sensitive_fields,
    masked_fields         = :masked_fields,
    export_enabled        = :export_enabled,
    export_destination    = :export_destination
WHERE tenant_id = :tenant_id;

--! note_audit_export
INSERT INTO public.audit_configs (tenant_id, id, last_export_at)
VALUES (:tenant_id, :id, :exported_at)
ON CONFLICT ON CONSTRAINT audit_configs_tenant_key DO UPDATE SET last_export_at = excluded.last_export_at;
