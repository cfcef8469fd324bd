-- Tables that look empty to the application although it may read or write them.
SELECT t.name AS object, format('%I holds rights on it and sees none of its rows', r.rolname) AS detail
FROM asked
JOIN pg_roles r ON r.oid = asked.app_role
JOIN tables t ON t.relrowsecurity
WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid)
  AND has_table_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE, DELETE')
