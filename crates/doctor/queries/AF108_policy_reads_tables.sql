-- Policies that look into other tables.
SELECT DISTINCT format('%s: %s', p.object, d.refobjid::regclass) AS object, 'the policy reads this table' AS detail
FROM policies p
JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
WHERE d.refobjid <> p.polrelid
