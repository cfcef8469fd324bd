//! What statements are planned with.

use super::statements::{Parameter, Statement};
use crate::filler;

/// What parameters of these names are, where their types do not say it. A name may be that of one statement: `file/name.parameter`.
const NAMED: &[(&str, &str)] = &[
    ("agents/list_agents.status", "'archived'"),
    ("approvals/list_approval_requests.status", "'requested'"),
    ("client_ip", "'127.0.0.1'"),
    ("conversations/list_conversations.status", "'active'"),
    ("from_ts", "(now() - interval '30 days')::text"),
    ("items", "'[]'"),
    ("memory_type", "'semantic'"),
    ("messages/restore_message.cost", "'{}'"),
    ("messages/restore_message.metadata", "'{}'"),
    ("messages/restore_message.payload", "'{}'"),
    ("options", "'{}'"),
    ("path", "'$.planted'"),
    // What is old is little, where it is pruned now and then.
    ("oldest", "now() - interval '249 days'"),
    ("principals/list_principals.type", "'service'"),
    ("rows", "'[]'"),
    ("runs", "'[]'"),
    ("runs/list_runs.status", "'queued'"),
    ("statuses", "ARRAY['active']"),
    ("steps", "'[]'"),
    ("tiers", "ARRAY['warm']"),
    ("types", "ARRAY['semantic']"),
    ("limit_cost_in_cents", "'1'"),
    ("cost_in_cents", "'1'"),
];

/// An expression of SQL for a parameter, of this tenant. What is optional is left away, unless `all` is to be given.
pub fn of(
    statement: &Statement,
    parameter: &Parameter,
    data_type: &str,
    tenant: u32,
    all: bool,
) -> String {
    if parameter.is_optional && !all {
        return "NULL".to_owned();
    }
    let name = parameter.name.as_str();
    let own = format!("{}.{name}", statement.name);
    let named = |wanted: &str| NAMED.iter().find(|(name, _)| *name == wanted).map(|(_, sql)| *sql);
    if let Some(sql) = named(&own).or_else(|| named(name)) {
        return sql.to_owned();
    }
    match (name, data_type) {
        ("tenant_id", "uuid") => filler::tenant_id(tenant),
        (_, "uuid") => filler::row_id(tenant, 77),
        (_, "uuid[]") => {
            let ids: Vec<_> = (70..75).map(|row| filler::row_id(tenant, row)).collect();
            format!("ARRAY[{}]", ids.join(", "))
        }
        (_, "timestamp with time zone") => "now() - interval '30 days'".to_owned(),
        (_, "timestamp with time zone[]") => "ARRAY[now() - interval '30 days']".to_owned(),
        (_, "text") => "'planted'".to_owned(),
        (_, "text[]") => "ARRAY['planted']".to_owned(),
        (_, "bytea") => "'\\x00'".to_owned(),
        (_, "boolean") => "true".to_owned(),
        (_, "json" | "jsonb") => "'{}'".to_owned(),
        (_, "real[]") => "ARRAY[1, 0, 0]".to_owned(),
        (_, "integer" | "bigint" | "smallint" | "numeric" | "double precision") => "10".to_owned(),
        _ => "NULL".to_owned(),
    }
}
