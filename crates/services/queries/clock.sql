-- The time of the server, in microseconds since 1970. Names are those of the system, whatever the search path is.
SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.*) 1000000)::bigint AS now
