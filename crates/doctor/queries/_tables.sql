-- Tables, views and what else has rows, in the schemas that were asked for, and wherever their rows are reached as well: their partitions, the
-- tables whose partitions they are with all of theirs, and views over tables of tenants. None of an extension.
relations AS (
    WITH RECURSIVE parts AS (
        -- The policies that count for a partition are those of its root, wherever that stands.
        SELECT CASE WHEN c.relispartition THEN COALESCE(pg_partition_root(c.oid), c.oid) ELSE c.oid END AS oid
        FROM asked
        JOIN pg_namespace n ON n.nspname = ANY (asked.schemas)
        JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        UNION
        SELECT i.inhrelid
        FROM parts
        JOIN pg_inherits i ON i.inhparent = parts.oid
    ),
    told AS (
        SELECT c.oid, c.relname, n.nspname, c.relkind, c.relowner, c.relacl, c.reloptions, c.relispartition, c.relpersistence,
               c.relrowsecurity, c.relforcerowsecurity,
               c.relname = ANY (asked.global_tables) OR concat(n.nspname, '.', c.relname) = ANY (asked.global_tables) AS is_global
        FROM asked
        JOIN pg_class c ON c.relkind IN ('r', 'p', 'v', 'm', 'f')
        -- What is temporary is one session's own.
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_temp_'
    ),
    views AS (
        SELECT told.oid
        FROM asked
        CROSS JOIN parts
        JOIN told ON told.oid = parts.oid AND NOT told.is_global
        JOIN pg_attribute a ON a.attrelid = parts.oid AND a.attname = asked.tenant_column AND NOT a.attisdropped
        UNION
        SELECT w.ev_class
        FROM views
        JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = views.oid AND d.classid = 'pg_rewrite'::regclass
        JOIN pg_rewrite w ON w.oid = d.objid
        JOIN pg_class c ON c.oid = w.ev_class AND c.relkind IN ('v', 'm')
    ),
    reached AS (
        SELECT oid FROM parts
        UNION
        SELECT oid FROM views
    )
    SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions, c.relispartition, c.relpersistence,
           c.relrowsecurity, c.relforcerowsecurity,
           format('%I.%I', c.nspname, c.relname) AS name,
           t.attnum AS tenant,
           t.attnotnull AS tenant_not_null,
           c.is_global,
           -- A partition that holds one tenant is bound by that.
           EXISTS (
               SELECT
               FROM pg_inherits i
               JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
               JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attname = asked.tenant_column
               WHERE i.inhrelid = c.oid AND p.partstrat = 'l' AND p.partattrs::text = a.attnum::text
                 AND pg_get_expr(pg_class.relpartbound, c.oid) ~ '^FOR VALUES IN \([^,]*\)$'
           ) AS is_of_one_tenant
    FROM asked
    CROSS JOIN reached
    JOIN told c ON c.oid = reached.oid
    JOIN pg_class ON pg_class.oid = c.oid
    -- What belongs to no tenant may still name one.
    LEFT JOIN pg_attribute t
        ON t.attrelid = c.oid AND t.attname = asked.tenant_column AND NOT t.attisdropped
        AND NOT c.is_global
    WHERE NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
),
tables AS (
    SELECT * FROM relations WHERE relkind IN ('r', 'p')
),
-- Who holds rights on them, or on a column of them, with the words for it.
rights AS (
    SELECT held.*,
           concat(held.what, ' for ', CASE held.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(held.grantee)) END) AS words
    FROM (
        SELECT r.oid, acl.grantee, acl.privilege_type, acl.is_grantable, acl.privilege_type AS what
        FROM relations r
        CROSS JOIN LATERAL aclexplode(r.relacl) AS acl
        UNION
        SELECT r.oid, acl.grantee, acl.privilege_type, acl.is_grantable, format('%s (%I)', acl.privilege_type, a.attname)
        FROM relations r
        JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped
        CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
    ) AS held
)
