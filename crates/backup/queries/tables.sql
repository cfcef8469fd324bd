-- Every table with rows of its own, as pg_dump sees them: none of the system, of a session, or of an extension. With the statements
-- that hold it and that count its rows. A standby has, and pg_dump takes from it, no row of an unlogged one.
SELECT c.oid,
       format('%I.%I', n.nspname, c.relname) AS name,
       format('LOCK TABLE ONLY %I.%I IN ACCESS SHARE MODE', n.nspname, c.relname) AS hold,
       CASE WHEN c.relpersistence = 'u' AND pg_is_in_recovery() THEN 'SELECT 0::bigint'
            ELSE format('SELECT count(*) FROM ONLY %I.%I', n.nspname, c.relname) END AS count
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r'
  AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
  AND NOT EXISTS (
      SELECT
      FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
ORDER BY n.nspname, c.relname;
