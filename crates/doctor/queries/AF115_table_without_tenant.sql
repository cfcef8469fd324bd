-- Tables that do not say whose their rows are, and are not among those that belong to no tenant.
SELECT t.name AS object, format('it has no column %I', asked.tenant_column) AS detail
FROM asked
CROSS JOIN tables t
WHERE t.tenant IS NULL AND NOT t.relispartition AND NOT t.is_global
