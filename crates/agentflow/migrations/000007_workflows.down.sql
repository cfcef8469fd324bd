DROP TABLE IF EXISTS plans;
DROP TABLE IF EXISTS policy_decisions;
DROP TABLE IF EXISTS policy_bindings;
DROP TABLE IF EXISTS policies;
ALTER TABLE IF EXISTS workflows DROP CONSTRAINT IF EXISTS workflows_latest_version_fkey;
DROP TABLE IF EXISTS workflow_versions;
DROP TABLE IF EXISTS workflows;
DROP FUNCTION IF EXISTS trigger_keep_published();

DROP TYPE IF EXISTS policy_effect;
DROP TYPE IF EXISTS risk_tier;
