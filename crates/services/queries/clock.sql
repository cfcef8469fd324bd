-- The time of the server, in microseconds since 1970.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8 AS now
