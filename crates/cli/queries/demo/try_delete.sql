DELETE FROM workspaces WHERE tenant_id = $1
