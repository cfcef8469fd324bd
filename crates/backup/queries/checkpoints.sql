-- The last checkpoint of each chain.
SELECT DISTINCT ON (tenant_id) tenant_id, note
FROM audit_checkpoints
ORDER BY tenant_id, seq DESC;
