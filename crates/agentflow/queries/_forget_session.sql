-- What a statement of the caller may leave in the session beyond its transaction.
CLOSE ALL;
UNLISTEN *;
DISCARD TEMP;
SELECT pg_catalog.pg_advisory_unlock_all()
