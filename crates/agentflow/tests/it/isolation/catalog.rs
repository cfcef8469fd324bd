//! The rules of docs/ARCHITECTURE.md, "Isolation by construction", as queries over `pg_catalog` that return whatever
//! breaks them.

use tokio_postgres::Client;

/// Tables that belong to no tenant.
pub const GLOBAL_TABLES: &[&str] = &[
    "tenants",
    "permissions",
    "tenant_tombstones",
    "tenant_log",
    "tenant_log_checkpoints",
    "audit_sinks",
    "run_queues",
    "key_ring_versions",
    "metering_retention",
    "archive_tables",
    "archive_columns",
    "schema_migrations",
];

/// Tables of tenants that do not hang on `tenants` by a foreign key, and why.
const WITHOUT_TENANT_KEY: &[&str] = &[
    // Made-up tenants, who are in no table.
    "isolation_canaries",
    // Each row costs a check; the row of audit_heads that appending locks has the key. See ADR 0005.
    "audits",
    // They hang on their workspace, which hangs on the tenant: one check for each event, not two. The keys by a foreign key, and
    // the events, each of which is stored with its key, by a trigger.
    "metering_events",
    "metering_event_keys",
];

/// Tables whose primary key is no id, and why.
const WITHOUT_ID: &[&str] = &[
    // There is one row of what they belong to, which is its key: a tenant, a memory, or the whole database.
    "audit_heads",
    "rule_revisions",
    "run_queues",
    "memory_settings",
    "memory_accesses",
    "metering_retention",
    // Links are what they join, and so none is there twice.
    "role_permissions",
    "provider_key_services",
    "connector_services",
    // Versions are known by their numbers, and what holds in one by the number and what it is of.
    "key_ring_versions",
    "tenant_key_versions",
    "price_books",
    "prices",
    // A period begins once, and its alert is raised once.
    "budget_periods",
    "budget_alerts",
    // Entries of logs and parts of bundles are numbered without gaps, a checkpoint of a log has its size. An entry about a memory
    // has an id besides.
    "tenant_log",
    "tenant_log_checkpoints",
    "memory_logs",
    "imported_chain_parts",
    // What is told of usage is counted once by the key that came with it. The events themselves are divided by time, which has to
    // be in the key, and windows of a workspace are read by it; their id is its end.
    "metering_event_keys",
    "metering_events",
    // They are about what has a name already: where notes are sent, tables and columns.
    "audit_sinks",
    "archive_tables",
    "archive_columns",
];

/// Rule and query. `ours` holds the tables of the schema but the history of migrations; $1 the global tables; $2 the
/// tables without a key to tenants; $3 those without an id.
pub const RULES: &[(&str, &str)] = &[
    (
        "a table that is not global has tenant_id uuid NOT NULL",
        "SELECT relname FROM ours WHERE NOT is_global AND NOT EXISTS (
             SELECT FROM pg_attribute a WHERE a.attrelid = oid AND a.attname = 'tenant_id'
                AND a.atttypid = 'uuid'::regtype AND a.attnotnull AND NOT a.attisdropped)",
    ),
    (
        "row-level security is enabled and forced",
        "SELECT relname FROM ours WHERE NOT (relrowsecurity AND (relforcerowsecurity OR is_global))",
    ),
    (
        "there is one policy, for all verbs and roles, with the one text",
        "SELECT relname FROM ours LEFT JOIN LATERAL (
             SELECT count(*) AS policies, bool_and(
                 p.polname = 'tenant_isolation' AND p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}'
                 AND pg_get_expr(p.polqual, ours.oid) = pg_get_expr(p.polwithcheck, ours.oid)
                 AND replace(pg_get_expr(p.polqual, ours.oid), 'public.', '')
                     = '(tenant_id = ( SELECT current_tenant() AS current_tenant))') AS is_right
             FROM pg_policy p WHERE p.polrelid = ours.oid) AS found ON true
         WHERE NOT is_global AND NOT (policies = 1 AND coalesce(is_right, false))",
    ),
    (
        "the policy of tenants compares its id",
        "SELECT relname FROM ours WHERE relname = 'tenants' AND 1 <> (
             SELECT count(*) FROM pg_policy p WHERE p.polrelid = ours.oid
                AND replace(pg_get_expr(p.polqual, ours.oid), 'public.', '')
                    = '(id = ( SELECT current_tenant() AS current_tenant))'
                AND pg_get_expr(p.polqual, ours.oid) = pg_get_expr(p.polwithcheck, ours.oid))",
    ),
    (
        "primary keys and unique indexes begin with tenant_id",
        "SELECT relname || ': ' || i.indexrelid::regclass::text FROM ours
         JOIN pg_index i ON i.indrelid = ours.oid AND i.indisunique
         WHERE NOT is_global AND NOT EXISTS (
             SELECT FROM pg_attribute a
             WHERE a.attrelid = ours.oid AND a.attnum = i.indkey[0] AND a.attname = 'tenant_id')",
    ),
    (
        "there is a primary key",
        "SELECT relname FROM ours WHERE NOT EXISTS (
             SELECT FROM pg_index i WHERE i.indrelid = ours.oid AND i.indisprimary)",
    ),
    (
        // Of a table of tenants it comes after tenant_id; see above.
        "the primary key is an id of type uuid, or the table is listed with the reason, and no other is listed",
        "SELECT relname FROM ours WHERE (relname = ANY ($3)) = EXISTS (
             SELECT FROM pg_index i
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.indnkeyatts - 1]
             WHERE i.indrelid = ours.oid AND i.indisprimary AND i.indnkeyatts = CASE WHEN is_global THEN 1 ELSE 2 END
                AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype)
         UNION ALL
         -- Where there are no memories for want of pgvector, neither is what comes after them.
         SELECT listed FROM unnest($3) AS listed
         WHERE to_regclass('memories') IS NOT NULL AND NOT EXISTS (SELECT FROM ours WHERE relname = listed)",
    ),
    (
        "rows go with their tenant",
        "SELECT relname FROM ours WHERE NOT is_global AND relname <> ALL ($2) AND NOT EXISTS (
             SELECT FROM pg_constraint k WHERE k.conrelid = ours.oid AND k.contype = 'f'
                AND k.confrelid = 'tenants'::regclass AND k.confdeltype = 'c')",
    ),
    (
        "foreign keys between tables of tenants carry tenant_id on both sides",
        "SELECT ours.relname || ': ' || k.conname FROM ours
         JOIN pg_constraint k ON k.conrelid = ours.oid AND k.contype = 'f'
         JOIN pg_class target ON target.oid = k.confrelid AND target.relname <> ALL ($1)
         WHERE NOT EXISTS (
             SELECT FROM unnest(k.conkey, k.confkey) AS pair (here, there)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = here AND a.attname = 'tenant_id'
             JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = there AND b.attname = 'tenant_id')",
    ),
    (
        "every foreign key has an index that begins with its columns",
        "SELECT relname || ': ' || k.conname FROM ours
         JOIN pg_constraint k ON k.conrelid = ours.oid AND k.contype = 'f'
         WHERE NOT EXISTS (
             SELECT FROM pg_index i WHERE i.indrelid = ours.oid AND i.indpred IS NULL
                AND (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] @> k.conkey
                AND (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] <@ k.conkey)",
    ),
    (
        "views read as whoever asks",
        "SELECT c.relname FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
           AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)",
    ),
    (
        "there are no materialized views and foreign tables, which know no policies",
        "SELECT c.relname FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('m', 'f')",
    ),
    (
        "functions that run as their owner pin search_path and are not for everybody",
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
           AND (NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%')
                OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
                           WHERE acl.grantee = 0 AND acl.privilege_type = 'EXECUTE'))",
    ),
    (
        "the runtime role has four verbs at most, and on what is global it reads its own row of tenants and permissions",
        "SELECT relname || ': ' || acl.privilege_type FROM ours, aclexplode(ours.relacl) AS acl
         WHERE acl.grantee = 'af_app'::regrole
           AND (acl.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') OR acl.is_grantable
                OR (is_global AND NOT (relname IN ('tenants', 'permissions', 'key_ring_versions') AND acl.privilege_type = 'SELECT')))",
    ),
    (
        "nothing is granted to everybody",
        "SELECT c.relname || ': ' || acl.privilege_type FROM pg_class c, aclexplode(c.relacl) AS acl
         WHERE c.relnamespace = 'public'::regnamespace AND acl.grantee = 0",
    ),
    (
        "the runtime role cannot get around policies, owns nothing and creates nothing",
        "SELECT rolname FROM pg_roles WHERE rolname = 'af_app' AND (rolsuper OR rolbypassrls OR rolcreaterole)
         UNION ALL SELECT c.relname FROM pg_class c WHERE c.relowner = 'af_app'::regrole
         UNION ALL SELECT 'schema public' WHERE has_schema_privilege('af_app', 'public', 'CREATE')",
    ),
    (
        "partitions are isolated like their table, and not granted",
        "SELECT c.relname FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relkind IN ('r', 'p')
           -- One that holds a single tenant is bound by that; its owner reads it to search by its indexes.
           AND (NOT (c.relrowsecurity AND (c.relforcerowsecurity OR c.relname ~ '^memories_[0-9a-f]{32}$'))
                OR EXISTS (SELECT FROM aclexplode(c.relacl) AS acl WHERE acl.grantee <> c.relowner))",
    ),
    (
        "updated_at is kept by a trigger",
        "SELECT relname FROM ours JOIN pg_attribute a
             ON a.attrelid = ours.oid AND a.attname = 'updated_at' AND NOT a.attisdropped
         WHERE relname <> 'audit_heads' AND NOT EXISTS (
             SELECT FROM pg_trigger t WHERE t.tgrelid = ours.oid AND t.tgname = 'set_updated_at')",
    ),
    (
        "times have a zone",
        "SELECT relname || '.' || a.attname FROM ours JOIN pg_attribute a
             ON a.attrelid = ours.oid AND a.atttypid = 'timestamp'::regtype AND NOT a.attisdropped",
    ),
    (
        "every table, view, function and type is explained",
        "SELECT relname FROM ours WHERE obj_description(oid, 'pg_class') IS NULL
         UNION ALL
         SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
            AND obj_description(c.oid, 'pg_class') IS NULL
         UNION ALL
         SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
            AND obj_description(p.oid, 'pg_proc') IS NULL
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
         UNION ALL
         SELECT t.typname FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace
            AND (t.typtype IN ('d', 'e') OR t.typtype = 'c' AND EXISTS (
                 SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
            AND obj_description(t.oid, 'pg_type') IS NULL",
    ),
];

/// For each rule, something that breaks it.
pub const SABOTAGE: &[(&str, &str)] = &[
    (RULES[0].0, "CREATE TABLE sabotage (id int PRIMARY KEY)"),
    (RULES[1].0, "ALTER TABLE workspaces NO FORCE ROW LEVEL SECURITY"),
    (RULES[2].0, "CREATE POLICY wide ON workspaces USING (true)"),
    (RULES[2].0, "ALTER POLICY tenant_isolation ON workspaces USING (true)"),
    (RULES[2].0, "ALTER POLICY tenant_isolation ON workspaces WITH CHECK (true)"),
    (RULES[2].0, "ALTER POLICY tenant_isolation ON workspaces TO af_app"),
    (RULES[3].0, "DROP POLICY tenant_isolation ON tenants"),
    (RULES[4].0, "CREATE UNIQUE INDEX sabotage ON workspaces (name)"),
    (RULES[5].0, "ALTER TABLE audit_configs DROP CONSTRAINT audit_configs_pkey"),
    (RULES[6].0, "CREATE TABLE sabotage (tenant_id uuid, name text, PRIMARY KEY (tenant_id, name))"),
    (RULES[6].0, "CREATE TABLE sabotage (tenant_id uuid, id bigint, PRIMARY KEY (tenant_id, id))"),
    (RULES[6].0, "CREATE TABLE sabotage (tenant_id uuid, id uuid, part int, PRIMARY KEY (tenant_id, part, id))"),
    (
        RULES[6].0,
        "ALTER TABLE audit_heads DROP CONSTRAINT audit_heads_pkey, ADD id uuid, ADD PRIMARY KEY (tenant_id, id)",
    ),
    (RULES[7].0, "ALTER TABLE audit_configs DROP CONSTRAINT audit_configs_tenant_id_fkey"),
    (
        RULES[8].0,
        "CREATE UNIQUE INDEX single ON workspaces (id); ALTER TABLE workspaces ADD CONSTRAINT single UNIQUE USING INDEX single;
         ALTER TABLE environments ADD CONSTRAINT sabotage FOREIGN KEY (workspace_id) REFERENCES workspaces (id)",
    ),
    (
        RULES[9].0,
        "ALTER TABLE environments ADD parent uuid,
            ADD CONSTRAINT sabotage FOREIGN KEY (tenant_id, parent) REFERENCES environments (tenant_id, id)",
    ),
    (RULES[10].0, "ALTER VIEW audit_entries SET (security_invoker = false)"),
    (RULES[11].0, "CREATE MATERIALIZED VIEW sabotage AS SELECT * FROM workspaces"),
    (RULES[12].0, "GRANT EXECUTE ON FUNCTION audit_append TO PUBLIC"),
    (RULES[12].0, "ALTER FUNCTION audit_append RESET search_path"),
    (RULES[13].0, "GRANT TRUNCATE ON workspaces TO af_app"),
    (RULES[13].0, "GRANT INSERT ON permissions TO af_app"),
    (RULES[13].0, "GRANT SELECT ON tenant_tombstones TO af_app"),
    (RULES[14].0, "GRANT SELECT ON workspaces TO PUBLIC"),
    (RULES[15].0, "ALTER TABLE workspaces OWNER TO af_app"),
    (RULES[15].0, "GRANT CREATE ON SCHEMA public TO af_app"),
    (
        RULES[16].0,
        "CREATE TABLE sabotage (tenant_id uuid NOT NULL, PRIMARY KEY (tenant_id)) PARTITION BY LIST (tenant_id);
         CREATE TABLE sabotage_rest PARTITION OF sabotage DEFAULT",
    ),
    (RULES[17].0, "DROP TRIGGER set_updated_at ON workspaces"),
    (RULES[18].0, "ALTER TABLE workspaces ADD sabotage timestamp"),
    (RULES[19].0, "COMMENT ON TABLE workspaces IS NULL"),
];

/// Everything that breaks a rule: the rule, and where.
pub async fn faults(client: &Client) -> Vec<String> {
    let mut faults = Vec::new();
    for (rule, query) in RULES {
        let sql = format!(
            "WITH ours AS (
                 SELECT c.*, c.relname = ANY ($1) AS is_global FROM pg_class c
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                   AND c.relname <> 'schema_migrations'
             ), unused AS (SELECT $1::text[], $2::text[], $3::text[])
             SELECT found::text FROM ({query}) AS findings (found)"
        );
        let rows = client.query(&sql, &[&GLOBAL_TABLES, &WITHOUT_TENANT_KEY, &WITHOUT_ID]).await;
        let rows = rows.unwrap_or_else(|error| panic!("{rule}: {:?}", error.as_db_error()));
        faults.extend(rows.iter().map(|row| format!("{rule}: {}", row.get::<_, String>(0))));
    }
    faults
}
