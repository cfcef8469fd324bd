//! How to make a row of each table. A table without a planter fails the matrix test, so none is forgotten.

use tokio_postgres::Client;

/// INSERT of a row with the id `{id}` for tenant `{tenant}`, whose first workspace has the tenant's own id.
const PLANTERS: &[(&str, &str)] = &[
    ("isolation_canaries", "INSERT INTO isolation_canaries (tenant_id, id) VALUES ('{tenant}', '{id}')"),
    (
        "tenants",
        "INSERT INTO tenants (id, name, slug) VALUES ('{tenant}', 'planted', 'p-{id}')",
    ),
    (
        "workspaces",
        "INSERT INTO workspaces (tenant_id, id, name, region) VALUES ('{tenant}', '{id}', '{id}', 'us-east-1')",
    ),
    (
        "environments",
        "INSERT INTO environments (tenant_id, id, workspace_id, name, tier)
         VALUES ('{tenant}', '{id}', '{tenant}', '{id}', 'dev')",
    ),
    (
        "workspace_configs",
        "INSERT INTO workspace_configs (tenant_id, id, workspace_id) VALUES ('{tenant}', '{id}', '{tenant}')",
    ),
    (
        "audits",
        "INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
         VALUES ('{tenant}', '{id}', (random() * 1e15)::bigint + 1, sha256(''), sha256(''), '{{}}')",
    ),
    (
        "audit_heads",
        "INSERT INTO audit_heads (tenant_id, hash, pruned_hash) VALUES ('{tenant}', sha256(''), sha256(''))",
    ),
    (
        "audit_checkpoints",
        "INSERT INTO audit_checkpoints (tenant_id, id, seq, head_hash, root_hash, note)
         VALUES ('{tenant}', '{id}', (random() * 1e15)::bigint + 1, sha256(''), sha256(''), 'note')",
    ),
    ("audit_configs", "INSERT INTO audit_configs (tenant_id, id) VALUES ('{tenant}', '{id}')"),
];

/// Rows that are there already: one for each tenant.
const MADE_WITH_THE_TENANT: &[&str] = &["tenants", "audit_heads"];

/// The statement that inserts a row of `table` for `tenant`.
pub fn insert(table: &str, tenant: &str, id: &str) -> String {
    let (_, sql) = PLANTERS
        .iter()
        .find(|(name, _)| *name == table)
        .unwrap_or_else(|| panic!("table {table} has no planter; add one to planters.rs"));
    sql.replace("{tenant}", tenant).replace("{id}", id).replace("{{}}", "{}")
}

/// Makes a tenant with one row in every table, as superuser.
pub async fn plant(client: &Client, tables: &[String], tenant: &str) {
    client.batch_execute(&insert("tenants", tenant, tenant)).await.unwrap();
    client.batch_execute(&insert("workspaces", tenant, tenant)).await.unwrap();
    for table in tables
        .iter()
        .filter(|table| !MADE_WITH_THE_TENANT.contains(&table.as_str()) && *table != "workspaces")
    {
        client.batch_execute(&insert(table, tenant, tenant)).await.unwrap();
    }
}
