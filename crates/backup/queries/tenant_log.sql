-- The log of all tenants: how long it is, and its last checkpoint.
SELECT (SELECT count(*) FROM tenant_log) AS size,
       (SELECT note FROM tenant_log_checkpoints ORDER BY size DESC LIMIT 1) AS note;
