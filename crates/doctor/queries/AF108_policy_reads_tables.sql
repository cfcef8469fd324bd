-- Policies that look into other tables.
SELECT DISTINCT p.object, format('it reads %s', d.refobjid::regclass) AS detail
FROM policies p
JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
WHERE d.refobjid <> p.polrelid
