-- The search path of the session.
SELECT pg_catalog.current_setting('search_path') AS search_path
