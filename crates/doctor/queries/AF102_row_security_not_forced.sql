-- Tables of tenants whose owner is not bound by their policies.
SELECT name AS object, format('its owner %I reads and writes rows of all tenants', pg_get_userbyid(relowner)) AS detail
FROM tables
WHERE tenant IS NOT NULL AND NOT relispartition AND relrowsecurity AND NOT relforcerowsecurity
