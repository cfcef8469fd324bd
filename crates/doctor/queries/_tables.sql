-- Tables, views and what else has rows, in the schemas that were asked for; none of an extension.
relations AS (
    SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions, c.relispartition, c.relpersistence,
           c.relrowsecurity, c.relforcerowsecurity,
           format('%I.%I', n.nspname, c.relname) AS name,
           t.attnum AS tenant,
           t.attnotnull AS tenant_not_null,
           given.is_global,
           -- A partition that holds one tenant is bound by that.
           EXISTS (
               SELECT
               FROM pg_inherits i
               JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
               JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attname = asked.tenant_column
               WHERE i.inhrelid = c.oid AND p.partstrat = 'l' AND p.partattrs::text = a.attnum::text
                 AND pg_get_expr(c.relpartbound, c.oid) ~ '^FOR VALUES IN \([^,]*\)$'
           ) AS is_of_one_tenant
    FROM asked
    JOIN pg_namespace n ON n.nspname = ANY (asked.schemas)
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    CROSS JOIN LATERAL (
        SELECT c.relname = ANY (asked.global_tables) OR concat(n.nspname, '.', c.relname) = ANY (asked.global_tables) AS is_global
    ) AS given
    -- What belongs to no tenant may still name one.
    LEFT JOIN pg_attribute t
        ON t.attrelid = c.oid AND t.attname = asked.tenant_column AND NOT t.attisdropped
        AND NOT given.is_global
    WHERE NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
),
tables AS (
    SELECT * FROM relations WHERE relkind IN ('r', 'p')
),
-- Who holds rights on them, or on a column of them.
rights AS (
    SELECT r.oid, acl.grantee, acl.privilege_type, acl.is_grantable
    FROM relations r
    CROSS JOIN LATERAL aclexplode(r.relacl) AS acl
    UNION
    SELECT r.oid, acl.grantee, acl.privilege_type, acl.is_grantable
    FROM relations r
    JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped
    CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
)
