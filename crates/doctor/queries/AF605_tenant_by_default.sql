-- Settings that put whoever connects into a tenant.
SELECT COALESCE('database ' || quote_ident(d.datname), 'every database') || COALESCE(', role ' || quote_ident(r.rolname), '') AS object,
       format('it sets %s', asked.setting) AS detail
FROM asked
CROSS JOIN pg_db_role_setting s
LEFT JOIN pg_database d ON d.oid = s.setdatabase
LEFT JOIN pg_roles r ON r.oid = s.setrole
WHERE (s.setdatabase = 0 OR d.datname = current_database())
  AND EXISTS (SELECT FROM unnest(s.setconfig) AS c WHERE c LIKE asked.setting || '=_%')
