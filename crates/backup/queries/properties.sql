-- What the database is besides what is in it. Its locale had another name before version 17, and ICU no rules
-- before 16.
SELECT d.datname::text AS database,
       pg_get_userbyid(d.datdba)::text AS owner,
       pg_encoding_to_char(d.encoding)::text AS encoding,
       CASE d.datlocprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' ELSE 'builtin' END AS locale_provider,
       d.datcollate AS collate,
       d.datctype AS ctype,
       COALESCE(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale,
       to_jsonb(d) ->> 'daticurules' AS icu_rules,
       d.datconnlimit::bigint AS connection_limit,
       shobj_description(d.oid, 'pg_database') AS comment,
       d.datacl IS NOT NULL AS has_grants
FROM pg_catalog.pg_database d
WHERE d.datname = current_database();
