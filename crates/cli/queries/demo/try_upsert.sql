INSERT INTO workspaces (tenant_id, id, name, region, region_locked) VALUES ($1, $2, 'stolen', 'us-east-1', false)
ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name
