-- No rule takes longer than $1 milliseconds.
SELECT pg_catalog.set_config('statement_timeout', $1::pg_catalog.text, true);
