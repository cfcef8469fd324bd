-- Which of AgentFlow's tables are there.
SELECT to_regclass('schema_migrations') IS NOT NULL AS migrations,
       to_regclass('audits') IS NOT NULL AND to_regclass('audit_heads') IS NOT NULL AS heads,
       to_regclass('audit_checkpoints') IS NOT NULL AS checkpoints,
       to_regclass('tenant_log') IS NOT NULL AND to_regclass('tenant_log_checkpoints') IS NOT NULL AS tenant_log;
