-- Tables with rows that may belong to nobody.
SELECT t.name AS object, format('its column %I may be NULL', asked.tenant_column) AS detail
FROM asked
CROSS JOIN tables t
WHERE t.tenant IS NOT NULL AND NOT t.tenant_not_null AND NOT t.relispartition
