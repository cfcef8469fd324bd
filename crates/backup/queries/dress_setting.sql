-- The statement that sets something for the sessions of a database: for those of a role, or for all. Lists are kept as lists.
SELECT format(
           '%s SET %I TO %s',
           CASE WHEN $2::text IS NULL THEN format('ALTER DATABASE %I', $1::text)
                ELSE format('ALTER ROLE %I IN DATABASE %I', $2::text, $1::text) END,
           $3::text,
           CASE WHEN $3::text IN ('search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries')
                THEN (SELECT string_agg(quote_literal(trim(BOTH '"' FROM trim(part))), ', ')
                      FROM unnest(string_to_array($4::text, ',')) AS part)
                ELSE quote_literal($4::text) END
       ) AS statement;
