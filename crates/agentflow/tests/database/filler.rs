//! Many rows in every table of tenants, from one row in each.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::planters;

/// Whose rows are copied.
pub const TEMPLATE: &str = "10000000-0000-4000-8000-000000000001";

/// How many rows there are to be.
pub struct Size {
    /// Tenants of whom every table has `rows` rows each.
    pub tenants: u32,
    pub rows: u32,
    /// Rows of tenant 1, who has more.
    pub most: u32,
    /// Tenants in all: the others have rows where there can be but one of each tenant.
    pub lonely: u32,
}

/// The id of a row, which is the same in all tables: so rows belong together.
pub fn row_id(tenant: u32, row: u32) -> String {
    format!("md5('row {row} of {tenant}')::uuid")
}

/// The id of a tenant.
pub fn tenant_id(tenant: u32) -> String {
    format!("md5('tenant {tenant}')::uuid")
}

/// What is different in each row, where the type does not say it: in terms of the row to copy, `p`, and of the number of the row,
/// `k`. Of what has a state, a twentieth is not done, as it is where much was done.
const COLUMNS: &[(&str, &str)] = &[
    ("agents.status", "CASE k % 10 WHEN 0 THEN 'archived' ELSE 'active' END::agent_status"),
    ("api_keys.key_id", "lpad(k::text, 12, 'k')"),
    (
        "approval_requests.status",
        "CASE k % 20 WHEN 0 THEN 'requested' ELSE 'canceled' END::approval_status",
    ),
    (
        "approval_requests.finished_at",
        "CASE WHEN k % 20 > 0 THEN now() - k * interval '1 hour' END",
    ),
    (
        "audits.record",
        r#"format(
            '{"action":"action %s","actor":{"id":"%s","type":"user"},"resource":{"id":"%s","type":"kind %s"},"status":"success"}',
            k % 50, k % 100, k % 500, k % 10
        )"#,
    ),
    (
        "audit_checkpoints.compact_range",
        "convert_to(repeat('x', 32 * bit_count((k - 1)::bigint::bit(64))::integer), 'UTF8')",
    ),
    ("budget_alerts.percent", "p.percent"),
    ("budget_alerts.measure", "p.measure"),
    ("budget_reservations.request_key", "'request ' || k"),
    ("budget_reservations.status", "CASE k % 20 WHEN 0 THEN 'reserved' ELSE 'released' END"),
    ("budget_reservations.ended_at", "CASE WHEN k % 20 > 0 THEN now() - k * interval '1 hour' END"),
    (
        "conversations.status",
        "CASE k % 20 WHEN 0 THEN 'active' WHEN 1 THEN 'idle' ELSE 'closed' END::conversation_status",
    ),
    ("conversations.closed_at", "CASE WHEN k % 20 > 1 THEN now() - k * interval '1 hour' END"),
    ("memories.content", "'what is known of ' || k"),
    ("memories.subject", "CASE WHEN k % 3 = 0 THEN 'subject ' || k END"),
    ("memories.entry_key", "CASE WHEN k % 5 = 0 THEN 'key ' || k END"),
    ("memories.superseded_by", "NULL"),
    ("memories.status", "CASE k % 20 WHEN 0 THEN 'archived' ELSE 'active' END::memory_status"),
    ("memories.importance", "1 + k % 10"),
    ("memories.expires_at", "CASE WHEN k % 10 = 0 THEN now() + (k - 300) * interval '1 hour' END"),
    ("messages.trace_id", "lpad(to_hex(k / 4), 32, '0')"),
    ("messages.feedback_rating", "CASE WHEN k % 20 = 0 THEN 'positive' END"),
    ("policies.version", "k || '.0.0'"),
    ("policy_bindings.workflow_version_id", "NULL"),
    ("policy_decisions.input", "CASE WHEN k % 10 = 0 THEN '{}'::jsonb END"),
    ("prices.price_version", "1 + k / 10"),
    ("prices.metric_type", "p.metric_type"),
    // Runs are of a later version, and so is the foreign key to them.
    (
        "policy_decisions.run_id",
        "CASE WHEN to_regclass('runs') IS NOT NULL THEN md5(format('row %s of %s', 1 + k / 10, t))::uuid END",
    ),
    ("principals.type", "CASE k % 5 WHEN 0 THEN 'service' ELSE 'human' END"),
    ("principals.service_name", "CASE k % 5 WHEN 0 THEN 'service-' || k END"),
    ("principals.oidc_sub", "'subject ' || k"),
    ("principals.oidc_issuer", "'https://issuer.example'"),
    ("provider_keys.is_active", "k % 10 = 0"),
    (
        "rbac_roles.workspace_id",
        "CASE WHEN k > 10 THEN md5(format('row %s of %s', k / 10, t))::uuid END",
    ),
    ("role_permissions.permission", "p.permission"),
    ("run_queues.next_at", "CASE WHEN t % 20 = 0 THEN now() ELSE 'infinity' END"),
    (
        "runs.status",
        "CASE k % 20 WHEN 0 THEN 'queued' WHEN 1 THEN 'running' ELSE 'succeeded' END::run_status",
    ),
    ("runs.due_at", "CASE WHEN k % 20 < 2 THEN now() - k * interval '1 hour' END"),
    ("runs.finished_at", "CASE WHEN k % 20 > 1 THEN now() - k * interval '1 hour' END"),
    ("runs.idempotency_key", "CASE WHEN k % 2 = 0 THEN 'key ' || k END"),
    ("schemas.active", "k = 1"),
    ("sessions.token_hash", "sha256(convert_to(k || ' of ' || t, 'UTF8'))"),
    ("steps.run_id", "md5(format('row %s of %s', 1 + k / 10, t))::uuid"),
    (
        "steps.status",
        "CASE k % 20 WHEN 0 THEN 'ready' WHEN 1 THEN 'running' ELSE 'succeeded' END::step_status",
    ),
    ("steps.finished_at", "CASE WHEN k % 20 > 1 THEN now() - k * interval '1 hour' END"),
    ("tenant_tombstones.tenant_id", "md5('gone ' || k)::uuid"),
    ("tool_calls.step_id", "md5(format('row %s of %s', 1 + k / 10, t))::uuid"),
    ("usage_summaries.workspace_id", "md5(format('row %s of %s', 1 + k / 100, t))::uuid"),
    ("usage_summaries.period", "p.period"),
    ("usage_summaries.metric_type", "p.metric_type"),
    ("usage_summaries.unit", "p.unit"),
    ("users.email", "format('user-%s@example.com', k)"),
    ("workflow_versions.version", "k || '.0.0'"),
    ("workspace_writes.workspace_id", "md5(format('row %s of %s', k, t))::uuid"),
];

/// One column as it will be filled.
struct Column {
    name: String,
    sql: String,
}

/// Fills these tables of tenants, and `tenants` itself, as superuser.
pub async fn fill(client: &Client, tables: &[String], size: &Size) {
    if tables.iter().any(|table| table == "metering_events") {
        for months in 1..=10 {
            let month = format!("SELECT create_metering_month(now() - interval '{months} months')");
            client.batch_execute(&month).await.unwrap();
        }
    }
    planters::plant(client, tables, TEMPLATE).await;
    make_tenants(client, size).await;
    // Neither triggers nor foreign keys have a say.
    client.batch_execute("SET session_replication_role = replica").await.unwrap();
    for table in tables {
        copy(client, table).await;
    }
    client.batch_execute("SET session_replication_role = origin").await.unwrap();
}

async fn make_tenants(client: &Client, size: &Size) {
    let Size { tenants, rows, most, lonely } = size;
    let sql = format!(
        "INSERT INTO tenants (id, name, slug, created_at)
         SELECT md5('tenant ' || t)::uuid, 'Tenant ' || t, 'tenant-' || t, now() - t * interval '1 hour'
         FROM generate_series(1, {lonely}) AS t;
         CREATE TEMPORARY TABLE places AS
         SELECT t, k, md5('tenant ' || t)::uuid AS tenant_id, md5(format('row %s of %s', k, t))::uuid AS id
         FROM generate_series(1, {tenants}) AS t, generate_series(1, {rows}) AS k
         UNION ALL
         SELECT 1, k, md5('tenant 1')::uuid, md5(format('row %s of 1', k))::uuid FROM generate_series({rows} + 1, {most}) AS k;
         CREATE TEMPORARY TABLE lonely AS
         SELECT t, 1 AS k, md5('tenant ' || t)::uuid AS tenant_id, md5('row 1 of ' || t)::uuid AS id
         FROM generate_series(1, {lonely}) AS t;
         ANALYZE places, lonely"
    );
    client.batch_execute(&sql).await.unwrap();
}

/// Copies the row of a table for every place, but where a trigger made one already. In the order of their numbers and not of tenants, as they would come in time.
async fn copy(client: &Client, table: &str) {
    let (columns, is_lonely) = columns(client, table).await;
    let names: Vec<_> = columns.iter().map(|column| format!("{:?}", column.name)).collect();
    let values: Vec<_> = columns.iter().map(|column| column.sql.as_str()).collect();
    let sql = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM (SELECT * FROM {table} WHERE tenant_id = '{TEMPLATE}' LIMIT 1) AS p, {} AS places
         ORDER BY k, t
         ON CONFLICT DO NOTHING",
        names.join(", "),
        values.join(", "),
        if is_lonely { "lonely" } else { "places" },
    );
    client.batch_execute(&sql).await.unwrap_or_else(|error| {
        let said = error
            .as_db_error()
            .map_or_else(|| error.to_string(), |it| format!("{it} {:?}", it.detail()));
        panic!("{table} cannot be filled; a column may need a line of COLUMNS: {said}\n{sql}")
    });
}

/// The columns that can be given, and whether a tenant has one row at most.
async fn columns(client: &Client, table: &str) -> (Vec<Column>, bool) {
    let given: BTreeMap<_, _> = COLUMNS.iter().copied().collect();
    let sql = "SELECT a.attname::text, format_type(a.atttypid, NULL),
                      EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey))
               FROM pg_attribute AS a
               WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
               ORDER BY a.attnum";
    let rows = client.query(sql, &[&table]).await.unwrap();
    let columns = rows.iter().map(|row| {
        let (name, data_type, is_unique): (String, String, bool) =
            (row.get(0), row.get(1), row.get(2));
        let sql = match given.get(format!("{table}.{name}").as_str()) {
            Some(sql) => (*sql).to_owned(),
            None => value(&name, &data_type, is_unique),
        };
        Column { name, sql }
    });
    let lonely = "SELECT EXISTS (SELECT FROM pg_index WHERE indrelid = $1::text::regclass AND indisunique AND indkey = '1')";
    let is_lonely = client.query_one(lonely, &[&table]).await.unwrap().get(0);
    (columns.collect(), is_lonely)
}

/// How a column of this type differs from row to row: wherever it has to, and what points elsewhere points to a tenth of the rows.
fn value(name: &str, data_type: &str, is_unique: bool) -> String {
    match (name, data_type) {
        ("tenant_id", _) => "places.tenant_id".to_owned(),
        ("id", _) => "places.id".to_owned(),
        (_, "uuid") if is_unique => "places.id".to_owned(),
        (_, "uuid") => "md5(format('row %s of %s', 1 + k / 10, t))::uuid".to_owned(),
        (_, "text" | "slug") if is_unique => format!("p.{name} || k"),
        (_, "integer" | "bigint" | "smallint") if is_unique => "k".to_owned(),
        (_, "timestamp with time zone") => format!("p.{name} - k * interval '1 hour'"),
        _ => format!("p.{name}"),
    }
}
