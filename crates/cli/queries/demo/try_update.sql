UPDATE workspaces SET name = 'stolen' WHERE tenant_id = $1
