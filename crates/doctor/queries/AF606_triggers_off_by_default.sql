-- Settings that switch off triggers and foreign keys for whoever connects.
SELECT COALESCE('database ' || quote_ident(d.datname), 'every database') || COALESCE(', role ' || quote_ident(r.rolname), '') AS object,
       'it sets session_replication_role' AS detail
FROM pg_db_role_setting s
LEFT JOIN pg_database d ON d.oid = s.setdatabase
LEFT JOIN pg_roles r ON r.oid = s.setrole
WHERE (s.setdatabase = 0 OR d.datname = current_database()) AND EXISTS (SELECT FROM unnest(s.setconfig) AS given (setting) WHERE lower(given.setting) = 'session_replication_role=replica')
