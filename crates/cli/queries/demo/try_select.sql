SELECT id FROM workspaces WHERE tenant_id = $1
