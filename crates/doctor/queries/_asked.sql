-- What was asked, which is the one parameter.
asked AS (
    SELECT it,
           ARRAY(SELECT jsonb_array_elements_text(it -> 'schemas')) AS schemas,
           ARRAY(SELECT jsonb_array_elements_text(it -> 'global_tables')) AS global_tables,
           it ->> 'tenant_column' AS tenant_column,
           -- The column as a word in what the server writes.
           '(?<!\w)' || regexp_replace(quote_ident(it ->> 'tenant_column'), '(\W)', '\\\1', 'g') || '(?!\w)' AS tenant_word,
           it ->> 'setting' AS setting,
           -- The setting as a whole name in the text of a function: another may begin or end with it.
           '(?<![\w.$])' || regexp_replace(it ->> 'setting', '(\W)', '\\\1', 'g') || '(?![\w.$])' AS setting_word,
           (SELECT r.oid FROM pg_roles r WHERE r.rolname = it ->> 'app_role') AS app_role,
           COALESCE((it ->> 'server_version_num')::int, current_setting('server_version_num')::int) AS version
    FROM (SELECT $1::jsonb AS it) AS given
)
