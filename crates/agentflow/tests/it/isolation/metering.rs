//! Usage, prices and budgets: what the runtime role may do to its own, and what months of usage are to it.

use tokio_postgres::{Client, error::SqlState};

use super::planters;
use crate::support::World;

const TENANT: &str = "20000000-0000-4000-8000-00000000000d";
const OTHER: &str = "20000000-0000-4000-8000-00000000000e";

const TABLES: &[&str] = &[
    "price_books",
    "prices",
    "metering_events",
    "metering_event_keys",
    "usage_changes",
    "usage_summaries",
    "budgets",
    "budget_increases",
    "budget_periods",
    "budget_alerts",
    "budget_reservations",
];

/// A tenant with everything, and a session of the runtime role that is inside of it.
async fn stage(world: &World) -> Client {
    let client = super::rehearsal(world).await;
    let tables: Vec<String> = super::tenant_tables(&client)
        .await
        .into_iter()
        .filter(|table| table != "isolation_canaries")
        .collect();
    for tenant in [TENANT, OTHER] {
        planters::plant(&client, &tables, tenant).await;
    }
    enter(&client).await;
    client
}

async fn enter(client: &Client) {
    client
        .batch_execute(&format!("SET LOCAL ROLE af_app; SET LOCAL app.tenant_id = '{TENANT}'"))
        .await
        .unwrap();
}

/// Runs a statement, undoes it, and gives why it was refused.
async fn refusal(client: &Client, sql: &str) -> Option<SqlState> {
    client.batch_execute("SAVEPOINT attempt").await.unwrap();
    let done = client.batch_execute(sql).await;
    client.batch_execute("ROLLBACK TO SAVEPOINT attempt").await.unwrap();
    done.err().map(|error| error.code().unwrap_or_else(|| panic!("{sql}: {error}")).clone())
}

#[tokio::test]
async fn what_was_used_is_neither_changed_nor_removed_by_the_runtime_role() {
    let world = World::new().await;
    let client = stage(&world).await;
    for sql in [
        "UPDATE metering_events SET quantity = 0",
        "UPDATE metering_events SET occurred_at = now()",
        "UPDATE metering_events SET workspace_id = workspace_id",
        "UPDATE metering_events SET metadata = '{}'",
        "DELETE FROM metering_events",
        "TRUNCATE metering_events",
        "UPDATE metering_event_keys SET fingerprint = sha256('other')",
        "DELETE FROM metering_event_keys",
        // What something costs is told by a version that does not change.
        "UPDATE prices SET cents = 0",
        "DELETE FROM prices",
        "UPDATE price_books SET effective_from = now()",
        "DELETE FROM price_books",
        // Sums are made anew and not adjusted.
        "UPDATE usage_summaries SET quantity = 0",
        "UPDATE usage_changes SET hour = hour",
        // What a budget has spent goes with the budget and not alone.
        "DELETE FROM budget_periods",
        "UPDATE budget_alerts SET spent = 0",
        "DELETE FROM budget_alerts",
    ] {
        assert_eq!(refusal(&client, sql).await, Some(SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
    }
    // What something costs is rated anew, and nothing else of it.
    for sql in [
        "UPDATE metering_events SET cost_in_cents = 2, cost_source = 'given', price_version = NULL",
        "DELETE FROM usage_changes",
        "DELETE FROM usage_summaries",
        "DELETE FROM budgets",
        "DELETE FROM budget_reservations",
    ] {
        assert_eq!(refusal(&client, sql).await, None, "{sql}");
    }
}

/// A month has the usage of all tenants.
#[tokio::test]
async fn no_tenant_reaches_the_months_of_all_nor_makes_one_vanish() {
    let world = World::new().await;
    let client = stage(&world).await;
    let name: String = client
        .query_one("SELECT 'metering_events_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')", &[])
        .await
        .unwrap()
        .get(0);
    let month = format!("public.{name}");
    for sql in [
        format!("SELECT FROM {month}"),
        format!("INSERT INTO {month} SELECT * FROM metering_events"),
        format!("DELETE FROM {month}"),
        format!("TRUNCATE {month}"),
        format!("DROP TABLE {month}"),
        format!("ALTER TABLE metering_events DETACH PARTITION {month}"),
        format!("SELECT drop_metering_month('{name}')"),
        format!("SELECT freeze_metering_month('{name}')"),
        "SELECT retain_metering_from(now())".to_owned(),
        "SELECT * FROM metering_months()".to_owned(),
        "SELECT FROM metering_retention".to_owned(),
        "UPDATE metering_retention SET retained_from = now()".to_owned(),
    ] {
        let refused = refusal(&client, &sql).await;
        assert_eq!(refused, Some(SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
    }
    // It may have months made, within bounds, and makes nothing of them anew.
    assert_eq!(refusal(&client, "SELECT create_metering_month(now())").await, None);
    assert_eq!(
        refusal(&client, "SELECT create_metering_month(now() - interval '20 days')").await,
        None
    );
    for at in ["'1999-12-31 23:59:59+00'", "'2100-01-01 00:00:00+00'", "NULL", "'infinity'"] {
        let sql = format!("SELECT create_metering_month({at})");
        assert_eq!(refusal(&client, &sql).await, Some(SqlState::INVALID_PARAMETER_VALUE), "{sql}");
    }
    // Neither does the owner drop what is kept.
    client.batch_execute("RESET ROLE").await.unwrap();
    for name in [name.as_str(), "workspaces", "metering_events", "metering_events_1999_01"] {
        let sql = format!("SELECT drop_metering_month('{name}')");
        assert_eq!(refusal(&client, &sql).await, Some(SqlState::INVALID_PARAMETER_VALUE), "{sql}");
    }
}

/// The functions of budgets take a tenant, and row-level security decides which one it is.
#[tokio::test]
async fn functions_that_are_given_another_tenant_find_and_write_nothing_of_it() {
    let world = World::new().await;
    let client = stage(&world).await;
    for (sql, rows) in [
        (
            "SELECT FROM matching_budgets($1::text::uuid, jsonb_build_array(jsonb_build_object(
                 'subject', 1, 'workspace_id', $1::text, 'principal_id', $1::text, 'agent_id', $1::text, 'workflow_id', $1::text)))",
            1,
        ),
        (
            "SELECT FROM price_version_at($1::text::uuid, now()) AS version WHERE version IS NOT NULL",
            1,
        ),
        ("SELECT FROM budgets AS b, budget_state(b, now()) WHERE b.tenant_id = $1::text::uuid", 1),
    ] {
        assert_eq!(client.query(sql, &[&TENANT]).await.unwrap().len(), rows, "{sql}");
        assert!(client.query(sql, &[&OTHER]).await.unwrap().is_empty(), "{sql}");
    }
    let reserve = format!(
        "SELECT budget_apply('{OTHER}', jsonb_build_array(jsonb_build_object('subject', 0)), jsonb_build_array(jsonb_build_object(
             'op', 'reserve', 'id', gen_random_uuid(), 'subject', 0, 'tokens', 1, 'calls', 1, 'cost_in_cents', 1,
             'expires_at', now() + interval '1 minute'
         )), now())"
    );
    assert_eq!(refusal(&client, &reserve).await, Some(SqlState::INSUFFICIENT_PRIVILEGE));
    for op in ["settle", "release"] {
        // A reservation of the other tenant.
        let sql =
            "SELECT outcome FROM budget_apply($1::text::uuid, '[]', jsonb_build_array(jsonb_build_object(
                       'op', $2::text, 'id', $1::text, 'tokens', 1, 'calls', 1, 'cost_in_cents', 1
                   )), now())";
        let outcome = client.query_one(sql, &[&OTHER, &op]).await.unwrap();
        assert_eq!(outcome.get::<_, &str>(0), "not_found", "{op}");
    }
}

#[tokio::test]
async fn usage_and_budgets_go_with_their_tenant_and_no_others_do() {
    let world = World::new().await;
    let client = stage(&world).await;
    client.batch_execute("RESET ROLE").await.unwrap();
    client.batch_execute(&format!("SELECT tenant_delete('{TENANT}', 'ann')")).await.unwrap();
    for table in TABLES {
        let count = format!(
            "SELECT count(*) FILTER (WHERE tenant_id = '{TENANT}'), count(*) FILTER (WHERE tenant_id = '{OTHER}')
             FROM {table}"
        );
        let row = client.query_one(&count, &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 0, "{table}");
        assert!(row.get::<_, i64>(1) > 0, "{table}");
    }
}

/// What usage names may go long before it; what a budget is about goes with it.
#[tokio::test]
async fn usage_outlives_whom_it_names_and_goes_with_its_workspace() {
    let world = World::new().await;
    let client = stage(&world).await;
    client.batch_execute("RESET ROLE").await.unwrap();
    let agent = "30000000-0000-4000-8000-00000000000f";
    client
        .batch_execute(&format!(
            "INSERT INTO agents (tenant_id, id, team_id, name, slug, created_by)
             VALUES ('{TENANT}', '{agent}', '{TENANT}', 'gone', 'gone', '{TENANT}');
             UPDATE metering_events SET agent_id = '{agent}' WHERE tenant_id = '{TENANT}';
             UPDATE budgets SET agent_id = '{agent}' WHERE tenant_id = '{TENANT}';
             DELETE FROM agents WHERE tenant_id = '{TENANT}' AND id = '{agent}'"
        ))
        .await
        .unwrap();
    let count = async |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table} WHERE tenant_id = '{TENANT}'");
        client.query_one(&sql, &[]).await.unwrap().get(0)
    };
    assert_eq!(count("metering_events").await, 1);
    for table in ["budgets", "budget_periods", "budget_increases", "budget_alerts"] {
        assert_eq!(count(table).await, 0, "{table}");
    }
    client
        .batch_execute(&format!(
            "DELETE FROM runs WHERE tenant_id = '{TENANT}';
             DELETE FROM workspaces WHERE tenant_id = '{TENANT}'"
        ))
        .await
        .unwrap();
    for table in ["metering_events", "metering_event_keys", "usage_changes", "usage_summaries"] {
        assert_eq!(count(table).await, 0, "{table}");
    }
    // Versions of prices are the tenant's.
    assert_eq!(count("price_books").await, 1);
}

/// With nothing but what a plain owner may: row-level security holds for it, too.
#[tokio::test]
async fn usage_goes_with_its_workspace_where_the_owner_is_no_superuser() {
    let world = World::new().await;
    let client = stage(&world).await;
    let owner = format!("owner_{}", world.database.name().replace('-', "_"));
    client
        .batch_execute(&format!(
            "RESET ROLE;
             CREATE ROLE {owner};
             GRANT USAGE ON SCHEMA public TO {owner};
             ALTER TABLE metering_events OWNER TO {owner};
             ALTER FUNCTION trigger_delete_usage() OWNER TO {owner}"
        ))
        .await
        .unwrap();
    enter(&client).await;
    client.batch_execute("DELETE FROM workspaces").await.unwrap();
    let setting = "SELECT current_setting('app.tenant_id')";
    assert_eq!(client.query_one(setting, &[]).await.unwrap().get::<_, &str>(0), TENANT);
    client.batch_execute("RESET ROLE").await.unwrap();
    let left = "SELECT tenant_id::text FROM metering_events";
    let rows = client.query(left, &[]).await.unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.get::<_, &str>(0) == OTHER));
    client.batch_execute(&format!("SELECT tenant_delete('{OTHER}', 'ann')")).await.unwrap();
    assert!(client.query(left, &[]).await.unwrap().is_empty());
}
