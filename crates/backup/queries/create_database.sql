-- Statements that make a database of this name, like another one that was: $1 its name, $2 encoding, $3 provider, $4 LC_COLLATE,
-- $5 LC_CTYPE, $6 locale, $7 its mark, $8 rules of ICU. The word for the locale depends on the provider; before version 17 there were
-- two providers. Whatever the role's own sessions are limited to ends none of those that fill it.
SELECT format(
           'CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L LOCALE_PROVIDER %s%s%s',
           $1::text, $2::text, $4::text, $5::text, quote_ident($3::text),
           CASE WHEN $6::text IS NULL THEN ''
                WHEN $3::text = 'icu' THEN format(' ICU_LOCALE %L', $6::text)
                WHEN $3::text = 'builtin' THEN format(' BUILTIN_LOCALE %L', $6::text)
                ELSE '' END,
           CASE WHEN $3::text = 'icu' AND $8::text IS NOT NULL THEN format(' ICU_RULES %L', $8::text) ELSE '' END
       ) AS make,
       format('COMMENT ON DATABASE %I IS %L', $1::text, $7::text) AS mark,
       (
           SELECT string_agg(format('ALTER ROLE %I IN DATABASE %I SET %I TO %L', session_user, $1::text, s.name, '0'), '; ')
           FROM pg_catalog.pg_settings s
           WHERE s.name IN ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout',
                            'idle_session_timeout', 'lock_timeout')
       ) AS unlimit;
