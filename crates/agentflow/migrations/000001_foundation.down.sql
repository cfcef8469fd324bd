-- The role af_app stays: it belongs to the cluster, and other databases may use it.

DROP TABLE IF EXISTS isolation_canaries;

DROP FUNCTION IF EXISTS isolate_tenant_table(regclass, text);
DROP FUNCTION IF EXISTS trigger_set_updated_at();
DROP FUNCTION IF EXISTS current_tenant();
