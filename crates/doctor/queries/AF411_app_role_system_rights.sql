-- Rights on what comes with the server, and on functions of extensions, that the role of the application or everybody was given later.
WITH own AS (
    SELECT n.oid, n.nspname, n.nspacl, n.nspowner
    FROM pg_namespace n
    WHERE n.nspname IN ('pg_catalog', 'pg_toast')
),
things AS (
    SELECT 'pg_class'::regclass AS class, c.oid, 0 AS place, c.oid::regclass::text AS name, '%s' AS right_of,
           c.relacl AS acl, acldefault('r', c.relowner) AS usual, false AS is_extra
    FROM own
    JOIN pg_class c ON c.relnamespace = own.oid AND c.relacl IS NOT NULL
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, a.attnum, c.oid::regclass::text, format('%%s (%s)', replace(quote_ident(a.attname), '%', '%%')),
           a.attacl, acldefault('c', c.relowner), false
    FROM own
    JOIN pg_class c ON c.relnamespace = own.oid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, 0, format('function %s', p.oid::regprocedure), '%s',
           p.proacl, acldefault('f', p.proowner), p.pronamespace NOT IN (SELECT oid FROM own)
    FROM pg_proc p
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid, 0, format('schema %I', nspname), '%s', nspacl, acldefault('n', nspowner), false
    FROM own
)
SELECT DISTINCT
       format('%s: %s for %s', thing.name, format(thing.right_of, acl.privilege_type),
              CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END) AS object,
       'it is not installed with this right' AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role AND NOT app.rolsuper
CROSS JOIN things thing
LEFT JOIN pg_init_privs i ON i.classoid = thing.class AND i.objoid = thing.oid AND i.objsubid = thing.place
CROSS JOIN LATERAL aclexplode(COALESCE(thing.acl, thing.usual)) AS acl
WHERE (acl.grantee = 0 OR pg_has_role(app.oid, acl.grantee, 'MEMBER'))
  AND (i.objoid IS NOT NULL OR NOT thing.is_extra)
  AND NOT EXISTS (
      SELECT
      FROM aclexplode(COALESCE(i.initprivs, thing.usual)) AS first
      WHERE first.privilege_type = acl.privilege_type AND first.grantee IN (0, acl.grantee)
  )
  -- Who holds a right on all columns from the start is not given one.
  AND NOT EXISTS (
      SELECT
      FROM pg_init_privs w
      CROSS JOIN LATERAL aclexplode(w.initprivs) AS first
      WHERE thing.place > 0 AND w.classoid = thing.class AND w.objoid = thing.oid AND w.objsubid = 0
        AND first.privilege_type = acl.privilege_type AND first.grantee IN (0, acl.grantee)
  )
