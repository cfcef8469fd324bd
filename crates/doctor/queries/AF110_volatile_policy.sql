-- Policies that call a function which may answer differently for each row.
SELECT DISTINCT format('%s: %s', p.object, f.oid::regprocedure) AS object, 'the policy calls this function, which is VOLATILE' AS detail
FROM policies p
JOIN pg_proc f ON f.oid = ANY (p.using_calls || p.check_calls)
WHERE f.provolatile = 'v'
