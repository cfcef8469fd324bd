-- Nothing is appended to the chain until this connection lets go. Checkpoints are taken all the same.
BEGIN;
SELECT set_config('app.tenant_id', $1, true);
SELECT FROM public.audit_heads WHERE tenant_id = $1 FOR NO KEY UPDATE
