-- A row of one's own that points to somebody else's. Foreign keys ignore row-level security: only the composite key
-- stops this.
INSERT INTO environments (tenant_id, workspace_id, name, tier) VALUES (current_tenant(), $1, 'bridge', 'dev')
