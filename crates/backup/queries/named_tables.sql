-- The tables of these names, and the partitions of those that have some: with what pg_dump takes for exactly this name.
SELECT asked.name AS asked,
       c.oid,
       CASE WHEN c.oid IS NOT NULL
            THEN format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""')) END AS pattern,
       c.relkind = 'r' AS has_rows
FROM unnest($1::text[]) AS asked (name)
LEFT JOIN LATERAL (
    SELECT COALESCE(part.relid::oid, root.oid) AS oid
    FROM (SELECT to_regclass(asked.name)::oid AS oid) AS root
    LEFT JOIN LATERAL pg_catalog.pg_partition_tree(root.oid) AS part ON true
    WHERE root.oid IS NOT NULL
) AS found ON true
LEFT JOIN pg_catalog.pg_class c ON c.oid = found.oid AND c.relkind IN ('r', 'p')
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY asked.name, n.nspname, c.relname;
