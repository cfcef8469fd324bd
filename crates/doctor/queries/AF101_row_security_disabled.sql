-- Tables of tenants without row-level security. Partitions have a rule of their own.
SELECT name AS object, 'row-level security is not enabled' AS detail
FROM tables
WHERE tenant IS NOT NULL AND NOT relispartition AND NOT relrowsecurity
