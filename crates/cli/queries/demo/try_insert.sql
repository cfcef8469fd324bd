INSERT INTO workspaces (tenant_id, name, region, region_locked) VALUES ($1, 'planted', 'us-east-1', false)
