-- What a superuser can do, and the chain cannot prevent but prove.
UPDATE audits SET record = $3 WHERE tenant_id = $1 AND seq = $2
