SELECT pg_backend_pid() AS pid, EXISTS (
    -- The names that the driver gives.
    SELECT FROM pg_prepared_statements WHERE name ~ '^s[0-9]+$'
) AS keeps_name
