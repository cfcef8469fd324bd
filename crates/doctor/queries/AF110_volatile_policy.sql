-- Policies that call a function which may answer differently for each row.
SELECT DISTINCT p.object, format('%s is VOLATILE', f.oid::regprocedure) AS detail
FROM policies p
JOIN pg_proc f ON f.oid = ANY (p.using_calls || p.check_calls)
WHERE f.provolatile = 'v'
