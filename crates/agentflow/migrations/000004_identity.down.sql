DROP TABLE IF EXISTS sessions;
DROP TABLE IF EXISTS api_keys;
DROP FUNCTION IF EXISTS trigger_check_key_of_service();

DROP TABLE IF EXISTS rbac_bindings;
DROP FUNCTION IF EXISTS trigger_check_binding_workspace();

DROP TABLE IF EXISTS role_permissions;
DROP FUNCTION IF EXISTS trigger_gather_permissions();

DROP TRIGGER IF EXISTS seed_roles ON workspaces;
DROP TRIGGER IF EXISTS seed_roles ON tenants;
DROP FUNCTION IF EXISTS trigger_seed_workspace_roles();
DROP FUNCTION IF EXISTS trigger_seed_tenant_roles();
DROP FUNCTION IF EXISTS seed_builtin_roles(uuid, uuid);
DROP TABLE IF EXISTS rbac_roles;
DROP FUNCTION IF EXISTS trigger_keep_role_workspace();
DROP FUNCTION IF EXISTS trigger_keep_builtin_role();

DROP TABLE IF EXISTS permissions;

DROP TABLE IF EXISTS team_memberships;
DROP FUNCTION IF EXISTS trigger_keep_an_owner();
DROP TABLE IF EXISTS teams;
DROP FUNCTION IF EXISTS trigger_enroll_owner();

DROP TABLE IF EXISTS users;
DROP FUNCTION IF EXISTS trigger_leave_teams();
DROP TABLE IF EXISTS principals;
DROP FUNCTION IF EXISTS trigger_keep_principal_type();

DROP TYPE IF EXISTS user_role;
