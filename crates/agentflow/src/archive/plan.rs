//! What travels, as the schema says it.

use agentflow_core::{
    archive::{ArchiveManifest, TableClass},
    ids::TenantId,
};
use agentflow_sql::{client::GenericClient, queries::archive as sql};

use super::{EXPORT, IMPORT};
use crate::error::{Error, Result};

/// A table whose rows travel.
#[derive(Debug)]
pub(super) struct TablePlan {
    pub(super) name: String,
    pub(super) class: TableClass,
    pub(super) columns: Vec<String>,
    /// Those of them whose values are sealed.
    pub(super) sealed: Vec<String>,
    pub(super) copy_out: String,
    pub(super) stage: String,
    pub(super) copy_in: String,
    /// What finds values among the staged rows that nobody may bring along. Nothing for a table that has no room for any.
    pub(super) inspect: Option<String>,
    /// What makes room for rows that a new tenant has already.
    pub(super) clear: Option<String>,
    pub(super) load: String,
}

/// The tables of a tenant, in the order in which they are to be written.
pub(super) async fn plan(
    operation: &'static str,
    client: &impl GenericClient,
    tenant: TenantId,
    leave_out_sealed: bool,
) -> Result<Vec<TablePlan>> {
    let rows = sql::plan_archive().bind(client, tenant.as_uuid(), &leave_out_sealed).all().await;
    let rows = rows.map_err(|error| Error::from_postgres(operation, error))?;
    rows.into_iter()
        .map(|row| {
            let class = row.class.parse().map_err(|_| Error::Inconsistent {
                table: "archive_tables",
                column: "class",
                row: row.table_name.clone(),
            })?;
            Ok(TablePlan {
                class,
                name: row.table_name,
                columns: row.columns,
                sealed: row.sealed,
                copy_out: row.copy_out,
                stage: row.stage,
                copy_in: row.copy_in,
                inspect: row.inspect,
                clear: row.clear,
                load: row.load,
            })
        })
        .collect()
}

/// Refuses to leave a table behind that nobody decided about.
pub(super) async fn refuse_unclassified(client: &impl GenericClient) -> Result<()> {
    let names = sql::list_unclassified().bind(client).all().await;
    let names = names.map_err(|error| Error::from_postgres(EXPORT, error))?;
    if names.is_empty() {
        return refuse_unfit(client).await;
    }
    let reason = format!(
        "nobody said what becomes of these tables with a tenant_id when a tenant moves: {}; say it with \
         SELECT archive_classify('TABLE', 'data') if their rows travel, or 'local' if they stay behind",
        names.join(", ")
    );
    Err(Error::Conflict { operation: EXPORT, reason })
}

/// Refuses to go on where a table that was to travel no longer can.
async fn refuse_unfit(client: &impl GenericClient) -> Result<()> {
    let unfit = sql::list_unfit().bind(client).all().await;
    let unfit = unfit.map_err(|error| Error::from_postgres(EXPORT, error))?;
    if unfit.is_empty() {
        return Ok(());
    }
    let tables: Vec<_> =
        unfit.iter().map(|table| format!("{} ({})", table.table_name, table.reason)).collect();
    let reason = format!(
        "tables were to travel with their tenant and cannot any more: {}; mend them, or say with \
         SELECT archive_classify('TABLE', 'local') that their rows stay behind",
        tables.join(", ")
    );
    Err(Error::Conflict { operation: EXPORT, reason })
}

/// The newest migration of the database.
pub(super) async fn migration_version(
    operation: &'static str,
    client: &impl GenericClient,
) -> Result<u64> {
    let version = sql::get_migration_version().bind(client).one().await;
    let version = version.map_err(|error| Error::from_postgres(operation, error))?;
    Ok(version.unsigned_abs())
}

/// Refuses an archive of another schema.
pub(super) fn refuse_other_migration(manifest: &ArchiveManifest, here: u64) -> Result<()> {
    let there = manifest.migration_version;
    if there == here {
        return Ok(());
    }
    let advice = if there > here {
        "bring this one up to it with `af migrate up`"
    } else {
        "bring the other one up to this with `af migrate up`, and export the tenant again"
    };
    let reason = format!(
        "the archive is of a database at migration {there}, and this one is at {here}; {advice}"
    );
    Err(Error::Conflict { operation: IMPORT, reason })
}

/// Whether the rows that are nothing without their secrets are not in an archive.
pub(super) fn lacks_sealed(manifest: &ArchiveManifest) -> bool {
    !manifest.tables.iter().any(|table| table.class == TableClass::Sealed)
}

/// Refuses an archive whose tables are not those that are there to take them.
pub(super) fn refuse_other_tables(
    manifest: &ArchiveManifest,
    plan: &[TablePlan],
    leave_out_sealed: bool,
) -> Result<()> {
    let mut faults = Vec::new();
    for table in plan {
        match manifest.table(&table.name) {
            None => faults.push(format!("{} is not in the archive", table.name)),
            Some(there) if there.class != table.class => faults.push(format!(
                "{} is {} in the archive, and {} here",
                table.name,
                there.class.as_str(),
                table.class.as_str()
            )),
            Some(there) => {
                faults.extend(other_columns(&table.name, &there.columns, &table.columns));
            }
        }
    }
    for there in &manifest.tables {
        let is_passed_over = leave_out_sealed && there.class == TableClass::Sealed;
        if !is_passed_over && !plan.iter().any(|table| table.name == there.name) {
            faults.push(format!("{} is no table here whose rows travel", there.name));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let reason = format!("the archive does not fit this database: {}", faults.join("; "));
    Err(Error::Conflict { operation: IMPORT, reason })
}

fn other_columns(table: &str, there: &[String], here: &[String]) -> Option<String> {
    if there == here {
        return None;
    }
    let lacking = |some: &[String], others: &[String]| {
        let names: Vec<_> = some.iter().filter(|it| !others.contains(it)).cloned().collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    Some(format!(
        "{table} has other columns (only in the archive: {}; only here: {})",
        lacking(there, here),
        lacking(here, there)
    ))
}
