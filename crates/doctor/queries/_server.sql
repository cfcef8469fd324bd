-- What a rule may depend on. $1 what was asked, as for every rule.
SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
       current_setting('server_version_num')::int / 10000 AS major,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = $1::jsonb ->> 'app_role') AS has_app_role,
       ARRAY(SELECT e.extname::text FROM pg_extension e ORDER BY 1) AS extensions,
       (SELECT min(asked.name)
        FROM jsonb_array_elements_text($1::jsonb -> 'schemas') AS asked (name)
        WHERE NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = asked.name)) AS missing_schema,
       -- There are tables that may belong to tenants, and none says to which.
       (SELECT count(*) > 0 AND NOT bool_or(EXISTS (
                   SELECT FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attname = $1::jsonb ->> 'tenant_column' AND NOT a.attisdropped
               ))
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND $1::jsonb -> 'schemas' ? n.nspname
          AND NOT $1::jsonb -> 'global_tables' ?| ARRAY[c.relname::text, concat(n.nspname, '.', c.relname)]
          AND NOT EXISTS (
              SELECT FROM pg_depend d
              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
          )) AS lacks_tenants;
