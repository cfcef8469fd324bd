-- Partitions of tables with row-level security that have none: policies of a table do not count for who reads a partition itself.
SELECT part.name AS object, format('it is a partition of %s, and not bound by its policies', parent.name) AS detail
FROM tables part
JOIN pg_inherits i ON i.inhrelid = part.oid
JOIN tables parent ON parent.oid = i.inhparent
WHERE part.relispartition AND parent.relrowsecurity
  AND NOT (part.relrowsecurity AND (part.relforcerowsecurity OR part.is_of_one_tenant))
