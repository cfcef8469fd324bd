-- Only for this transaction. Names are those of the system whatever the search path was, and no rule takes longer than $1 milliseconds.
SELECT set_config('search_path', 'pg_catalog, pg_temp', true), set_config('statement_timeout', $1::text, true);
