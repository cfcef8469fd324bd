-- Policies of tables of tenants that let everything through, on reading or on writing.
SELECT object, string_agg(format('%s (%s)', clause, text), ', ' ORDER BY clause) AS detail
FROM clauses
WHERE NOT is_bound AND is_true
GROUP BY object
