-- Policies of tables of tenants that let everything through, on reading or on writing.
SELECT DISTINCT format('%s: %s %s', object, clause, regexp_replace(text, '\s*\n\s*', ' ', 'g')) AS object, 'it lets everything through' AS detail
FROM clauses
WHERE NOT is_bound AND is_true
