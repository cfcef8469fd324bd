UPDATE audits SET record = '{}' WHERE tenant_id = $1
