-- What a rule may depend on. $1 what was asked, as for every rule.
WITH found AS (
    SELECT n.nspname AS schema,
           $1::jsonb -> 'schemas' ? n.nspname AS is_asked,
           -- What may belong to tenants.
           c.relkind IN ('r', 'p')
               AND NOT $1::jsonb -> 'global_tables' ?| ARRAY[c.relname::text, concat(n.nspname, '.', c.relname)] AS is_table,
           EXISTS (
               SELECT FROM pg_attribute a
               WHERE a.attrelid = c.oid AND a.attname = $1::jsonb ->> 'tenant_column' AND NOT a.attisdropped
           ) AS has_tenant
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT EXISTS (
          SELECT FROM pg_depend d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
      )
),
beside AS (
    SELECT DISTINCT schema::text
    FROM found
    WHERE is_table AND has_tenant AND NOT is_asked AND schema <> 'information_schema' AND schema !~ '^pg_'
)
SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
       current_setting('server_version_num')::int / 10000 AS major,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = $1::jsonb ->> 'app_role') AS has_app_role,
       ARRAY(SELECT e.extname::text FROM pg_extension e ORDER BY 1) AS extensions,
       (SELECT min(asked.name)
        FROM jsonb_array_elements_text($1::jsonb -> 'schemas') AS asked (name)
        WHERE NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = asked.name)) AS missing_schema,
       -- There are tables that may belong to tenants, and none says to which; or all that have rows are where nobody looks.
       COALESCE(NOT (SELECT bool_or(has_tenant) FROM found WHERE is_asked AND is_table),
                NOT EXISTS (SELECT FROM found WHERE is_asked) AND EXISTS (SELECT FROM beside)) AS lacks_tenants,
       ARRAY(SELECT schema FROM beside ORDER BY 1 LIMIT 3) AS elsewhere;
