-- Functions of their own, with what they do as text.
functions AS (
    SELECT p.oid, p.proname, p.proowner, p.proacl, p.prosecdef, p.proleakproof, p.provolatile, p.proconfig, p.prolang,
           p.oid::regprocedure::text AS name,
           concat(p.prosrc, pg_get_function_sqlbody(p.oid)) AS body,
           n.nspname = ANY (asked.schemas) AS is_ours
    FROM asked
    CROSS JOIN pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (
          SELECT FROM pg_depend d
          WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
      )
)
