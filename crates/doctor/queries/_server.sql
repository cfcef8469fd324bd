-- What a rule may depend on. $1 what was asked, as for every rule.
SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
       current_setting('server_version_num')::int / 10000 AS major,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = $1::jsonb ->> 'app_role') AS has_app_role,
       ARRAY(SELECT e.extname::text FROM pg_extension e ORDER BY 1) AS extensions,
       (SELECT min(asked.name)
        FROM jsonb_array_elements_text($1::jsonb -> 'schemas') AS asked (name)
        WHERE NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = asked.name)) AS missing_schema;
