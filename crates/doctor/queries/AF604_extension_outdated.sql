-- Extensions of which the server has a newer version than this database uses.
SELECT format('extension %I', e.extname) AS object,
       format('%s is installed, and the server has %s', e.extversion, a.default_version) AS detail
FROM pg_extension e
JOIN pg_available_extensions a ON a.name = e.extname
WHERE a.default_version IS DISTINCT FROM e.extversion
