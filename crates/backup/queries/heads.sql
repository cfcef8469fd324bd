-- Where each chain ends.
SELECT tenant_id, seq, hash, pruned_seq
FROM audit_heads
ORDER BY tenant_id;
