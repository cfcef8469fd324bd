SELECT seq FROM audits WHERE tenant_id = $1
