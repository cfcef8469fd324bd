-- Functions of their own, with what they do as text. Those are ours that stand in the schemas that were asked for, that policies and triggers
-- of their tables call, or that run as their owner and may be executed by the application, wherever they stand.
functions AS (
    SELECT p.oid, p.proname, p.proowner, p.proacl, p.prosecdef, p.proleakproof, p.provolatile, p.proconfig, p.prolang,
           p.oid::regprocedure::text AS name,
           concat(p.prosrc, pg_get_function_sqlbody(p.oid)) AS body,
           n.nspname = ANY (asked.schemas)
               OR EXISTS (SELECT FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE g.tgfoid = p.oid)
               OR EXISTS (
                   SELECT
                   FROM tables t
                   JOIN pg_policy y ON y.polrelid = t.oid
                   JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = y.oid
                   WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
               )
               OR p.prosecdef AND EXISTS (
                   SELECT
                   FROM pg_roles app
                   WHERE app.oid = asked.app_role AND NOT app.rolsuper
                     AND has_schema_privilege(app.oid, n.oid, 'USAGE') AND has_function_privilege(app.oid, p.oid, 'EXECUTE')
               ) AS is_ours
    FROM asked
    CROSS JOIN pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp_'
      AND NOT EXISTS (
          SELECT FROM pg_depend d
          WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
      )
)
