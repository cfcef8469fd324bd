-- Puts the search path back to $1, whatever a script made of it.
SELECT pg_catalog.set_config('search_path', $1, false)
