-- Of these extensions: whether the server has them at all, and whether somebody who is no superuser may create them.
SELECT wanted.name,
       a.name IS NOT NULL AS is_available,
       COALESCE(bool_or(v.trusted OR NOT v.superuser), false) AS is_trusted
FROM unnest($1::text[]) AS wanted (name)
LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = wanted.name
LEFT JOIN pg_catalog.pg_available_extension_versions v
    ON v.name = wanted.name AND v.version = a.default_version
GROUP BY wanted.name, a.name
ORDER BY wanted.name;
