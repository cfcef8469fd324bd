-- Policies of tables of tenants that let through more than the tenant of the transaction. Those that are always true have a rule of their own.
SELECT object, string_agg(format('%s %s', clause, text), ', ' ORDER BY clause) AS detail
FROM clauses
WHERE NOT is_bound AND NOT is_true
GROUP BY object
