-- Policies of tables of tenants that let through more than the tenant of the transaction. Those that are always true have a rule of their own.
SELECT DISTINCT format('%s: %s %s', object, clause, regexp_replace(text, '\s*\n\s*', ' ', 'g')) AS object, 'it is not bound to the tenant' AS detail
FROM clauses
WHERE NOT is_bound AND NOT is_true
