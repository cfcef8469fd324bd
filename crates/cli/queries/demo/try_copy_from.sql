COPY workspaces (tenant_id, name, region) FROM STDIN
