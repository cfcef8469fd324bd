//! For each rule, something that breaks it and nothing else.

mod indexes;
mod keys;
mod roles;
mod row_security;
mod versions;
mod views;

use std::collections::BTreeSet;

use agentflow_doctor::Options;
use tokio_postgres::Client;

use crate::support::{connect, examine, found, has_pgvector, migrated, options, text};

/// A table of tenants with which nothing is wrong.
const TABLE: &str = "
    CREATE TABLE plant (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id));
    SELECT isolate_tenant_table('plant');";

/// Something that breaks a rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plant {
    pub(crate) rule: &'static str,
    /// What is found, up to the sign `…` if there is one. `{db}` is the database, `{role}` a role that is nobody else's, `{user}` whoever
    /// makes it.
    object: &'static str,
    /// Runs in a database with the schema of AgentFlow and the table `plant`.
    sql: &'static str,
    /// What else it breaks, because the one is not to be had without the other.
    also: &'static [(&'static str, &'static str)],
    /// The role of the application, if not `af_app`.
    app_role: Option<&'static str>,
    /// What it needs: an extension, or a major version.
    needs: Option<Needs>,
}

#[derive(Debug, Clone, Copy)]
enum Needs {
    Vector,
    Postgres18,
}

const fn plant(rule: &'static str, object: &'static str, sql: &'static str) -> Plant {
    Plant { rule, object, sql, also: &[], app_role: None, needs: None }
}

impl Plant {
    const fn also(self, also: &'static [(&'static str, &'static str)]) -> Self {
        Self { also, ..self }
    }

    const fn of(self, app_role: &'static str) -> Self {
        Self { app_role: Some(app_role), ..self }
    }

    const fn needs(self, needs: Needs) -> Self {
        Self { needs: Some(needs), ..self }
    }
}

pub(crate) fn every() -> impl Iterator<Item = Plant> {
    [
        row_security::PLANTS,
        keys::PLANTS,
        views::PLANTS,
        roles::PLANTS,
        indexes::PLANTS,
        versions::PLANTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

#[tokio::test]
async fn each_plant_of_row_level_security_is_found_by_its_rule_and_by_no_other() {
    try_all(row_security::PLANTS).await;
}

#[tokio::test]
async fn each_plant_of_keys_and_columns_is_found_by_its_rule_and_by_no_other() {
    try_all(keys::PLANTS).await;
}

#[tokio::test]
async fn each_plant_of_views_and_functions_is_found_by_its_rule_and_by_no_other() {
    try_all(views::PLANTS).await;
}

#[tokio::test]
async fn each_plant_of_roles_and_grants_is_found_by_its_rule_and_by_no_other() {
    try_all(roles::PLANTS).await;
}

#[tokio::test]
async fn each_plant_of_indexes_is_found_by_its_rule_and_by_no_other() {
    try_all(indexes::PLANTS).await;
}

#[tokio::test]
async fn each_plant_of_settings_and_health_is_found_by_its_rule_and_by_no_other() {
    try_all(versions::PLANTS).await;
}

async fn try_all(plants: &[Plant]) {
    let mut faults = Vec::new();
    for plant in plants {
        if let Err(fault) = try_one(plant).await {
            faults.push(fault);
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

async fn try_one(plant: &Plant) -> Result<(), String> {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    if let Some(needs) = plant.needs
        && !has(&client, needs).await
    {
        eprintln!("skipped: {} needs {needs:?}, and this server does not have it", plant.rule);
        return Ok(());
    }
    let user = text(&client, "SELECT quote_ident(current_user)").await;
    let role = format!("doctor_{}", database.name());
    let fill = |text: &str| {
        text.replace("{db}", database.name()).replace("{role}", &role).replace("{user}", &user)
    };
    client.batch_execute(TABLE).await.unwrap();
    client
        .batch_execute(&fill(plant.sql))
        .await
        .unwrap_or_else(|error| panic!("{}: {:?}", plant.rule, error.as_db_error()));
    let app_role = plant.app_role.map_or_else(|| options().app_role, fill);
    let report = examine(&mut client, Options { app_role, ..options() }).await;
    remove(&client, &role).await;
    if let Some(one) = report.findings.iter().find(|it| it.detail.contains(" 1 tables")) {
        return Err(format!("{}: one is told as many: {one:?}", plant.rule));
    }
    let wanted = [(plant.rule, plant.object)].into_iter().chain(plant.also.iter().copied());
    let wanted: BTreeSet<_> =
        wanted.map(|(rule, object)| (rule.to_owned(), fill(object))).collect();
    let found: BTreeSet<_> =
        found(&report, &user).into_iter().map(|it| as_wanted(it, &wanted)).collect();
    if found == wanted {
        return Ok(());
    }
    Err(format!("{}: wanted {wanted:?}, found {found:?}, skipped {:?}", plant.rule, report.skipped))
}

/// What was found, in the words of what is wanted if it begins like that.
fn as_wanted(found: (String, String), wanted: &BTreeSet<(String, String)>) -> (String, String) {
    let is_this = |(rule, object): &&(String, String)| {
        let begin = object.strip_suffix('…');
        *rule == found.0 && begin.is_some_and(|begin| found.1.starts_with(begin))
    };
    wanted.iter().find(is_this).cloned().unwrap_or(found)
}

async fn has(client: &Client, needs: Needs) -> bool {
    match needs {
        Needs::Vector => has_pgvector(client).await,
        Needs::Postgres18 => {
            let major = "SELECT current_setting('server_version_num')::int / 10000";
            client.query_one(major, &[]).await.unwrap().get::<_, i32>(0) >= 18
        }
    }
}

/// Roles belong to the whole server, and stay unless they are dropped.
async fn remove(client: &Client, role: &str) {
    let named = "SELECT quote_ident(rolname) FROM pg_roles WHERE starts_with(rolname, $1)";
    for row in client.query(named, &[&role]).await.unwrap() {
        let name: String = row.get(0);
        client.batch_execute(&format!("DROP OWNED BY {name}; DROP ROLE {name}")).await.unwrap();
    }
}
