DROP TABLE IF EXISTS workspace_configs;
DROP TABLE IF EXISTS environments;

DROP TABLE IF EXISTS workspaces;
DROP FUNCTION IF EXISTS trigger_check_workspace_region();

DROP FUNCTION IF EXISTS enter_tenant(uuid);
DROP TABLE IF EXISTS tenants;
DROP FUNCTION IF EXISTS trigger_refuse_region_change();

DROP DOMAIN IF EXISTS slug;
DROP DOMAIN IF EXISTS region;
