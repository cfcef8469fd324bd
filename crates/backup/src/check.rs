//! Comparing a restored database with the manifest of its backup.

use std::collections::{BTreeMap, BTreeSet};

use agentflow::{
    Config, Store,
    audit::{Verdict, VerifyOptions},
    core::{
        audit::SignedCheckpoint,
        backup::{AuditState, BackupKind, Manifest, TableRows},
    },
    migrations,
};
use serde::Serialize;
use tokio_postgres::Client;

use crate::{Fault, Phase, Progress, Result, Trust, progress::OnProgress, sql, state};

/// Something that was looked at after a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What, in a word or two.
    pub name: &'static str,
    /// What was seen, or why it was not looked at.
    pub detail: String,
    /// Everything that is not as it must be; none if it holds.
    pub faults: Vec<Fault>,
}

impl Check {
    /// Whether it holds.
    pub fn has_passed(&self) -> bool {
        self.faults.is_empty()
    }

    fn new(name: &'static str, detail: impl Into<String>, faults: Vec<Fault>) -> Self {
        Self { name, detail: detail.into(), faults }
    }
}

/// Everything that is wrong, of all checks.
pub(crate) fn faults(checks: &[Check]) -> Vec<Fault> {
    checks.iter().flat_map(|check| check.faults.iter().cloned()).collect()
}

/// Looks at the database of `config`. An error is what kept it from looking; what it found is in the checks.
pub(crate) async fn check(
    config: &Config,
    manifest: &Manifest,
    trust: &Trust,
    progress: OnProgress<'_>,
) -> Result<Vec<Check>> {
    let client = sql::connect(config).await?;
    let mut checks = Vec::new();
    if manifest.kind == BackupKind::Full {
        checks.push(rows(&client, &manifest.tables, progress).await?);
    }
    checks.push(constraints(&client, manifest).await?);
    checks.push(indexes(&client, manifest).await?);
    checks.push(extensions(&client, manifest).await?);
    // Without rows it has neither migrations nor chains.
    if manifest.kind == BackupKind::Full {
        let version = state::migration_version(&client).await?;
        checks.push(migration(version, manifest.migration_version));
        checks.push(heads(state::audit(&client).await?.as_ref(), manifest.audit.as_ref()));
        checks.push(audit(config, manifest, trust).await?);
    }
    Ok(checks)
}

async fn rows(client: &Client, expected: &[TableRows], progress: OnProgress<'_>) -> Result<Check> {
    let tables = state::tables(client).await?;
    let total = u64::try_from(tables.len()).unwrap_or_default();
    let counted = |done: usize| {
        let done = u64::try_from(done).unwrap_or_default();
        progress(Progress { phase: Phase::Check, done, total });
    };
    let found = state::count_rows(client, &tables, &counted).await?;
    let detail = format!("{} rows in {} tables", sum(&found), found.len());
    Ok(Check::new("rows", detail, compare_rows(expected, &found)))
}

/// All of them, however many a manifest claims.
pub(crate) fn sum(tables: &[TableRows]) -> u64 {
    tables.iter().fold(0, |sum, table| sum.saturating_add(table.rows))
}

/// What differs between the rows that should be there and those that are.
pub(crate) fn compare_rows(expected: &[TableRows], found: &[TableRows]) -> Vec<Fault> {
    let by_name = |all: &[TableRows]| -> BTreeMap<String, u64> {
        all.iter().map(|table| (table.name.clone(), table.rows)).collect()
    };
    let (expected, found) = (by_name(expected), by_name(found));
    let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let fault = |name: &String| {
        let reason = match (expected.get(name), found.get(name)) {
            (Some(rows), Some(others)) if rows != others => {
                format!("it has {others} rows, and {rows} in the manifest")
            }
            (Some(rows), None) => format!("it is missing; it has {rows} rows in the manifest"),
            (None, Some(rows)) => format!("it has {rows} rows, and the manifest does not know it"),
            _ => return None,
        };
        Some(Fault::new(format_args!("table {name}"), reason))
    };
    names.into_iter().filter_map(fault).collect()
}

/// PostgreSQL itself checks the rows against a constraint when it is made again, foreign keys last. What it did not check says so.
async fn constraints(client: &Client, manifest: &Manifest) -> Result<Check> {
    let known: BTreeSet<&String> = manifest.unvalidated.iter().collect();
    let found = state::unvalidated(client).await?;
    let new = found.iter().filter(|name| !known.contains(name));
    let faults: Vec<Fault> = new
        .map(|name| {
            Fault::new(format_args!("constraint {name}"), "its rows were not checked against it")
        })
        .collect();
    let detail = match known.len() {
        0 => "every constraint and foreign key holds for every row".to_owned(),
        count => format!(
            "every one holds but for the {count} that were not checked in the backup either"
        ),
    };
    Ok(Check::new("constraints", detail, faults))
}

/// An index of a partitioned table is not valid as long as some partition has none to go with it.
async fn indexes(client: &Client, manifest: &Manifest) -> Result<Check> {
    let known: BTreeSet<&String> = manifest.invalid_indexes.iter().collect();
    let found = state::invalid_indexes(client).await?;
    let (old, new): (Vec<_>, Vec<_>) = found.iter().partition(|name| known.contains(name));
    let fault = |name: &String| Fault::new(format_args!("index {name}"), "it is not valid");
    let detail = match old.len() {
        0 => "every index is valid".to_owned(),
        count => {
            format!("every one is valid but for the {count} that were not in the backup either")
        }
    };
    Ok(Check::new("indexes", detail, new.into_iter().map(fault).collect()))
}

/// Collects what plans of queries are made by, which is not in a dump. What it fails for; the database serves without, if slowly.
pub(crate) async fn analyze(config: &Config) -> Option<String> {
    let analyzed = async {
        let client = sql::connect(config).await?;
        client.batch_execute("ANALYZE").await.map_err(sql::failed("analyze the database"))
    };
    let error = analyzed.await.err()?;
    Some(format!("no statistics of its tables were collected, run ANALYZE: {}", error.plain()))
}

async fn extensions(client: &Client, manifest: &Manifest) -> Result<Check> {
    let found: BTreeSet<String> = state::extensions(client).await?.into_iter().collect();
    let missing = manifest.extensions.iter().filter(|name| !found.contains(*name));
    let faults =
        missing.map(|name| Fault::new(format_args!("extension {name}"), "it is missing")).collect();
    let detail = match manifest.extensions.as_slice() {
        [] => "none is needed".to_owned(),
        names => names.join(", "),
    };
    Ok(Check::new("extensions", detail, faults))
}

fn migration(found: u64, expected: u64) -> Check {
    let mut faults = Vec::new();
    if found != expected {
        let reason = format!("it is {found}, and {expected} in the manifest");
        faults.push(Fault::new("migration version", reason));
    }
    Check::new("migration version", expected.to_string(), faults)
}

fn heads(found: Option<&AuditState>, expected: Option<&AuditState>) -> Check {
    const NAME: &str = "audit heads";
    let (found, expected) = match (found, expected) {
        (None, None) => return Check::new(NAME, "the database has no audit", Vec::new()),
        (Some(found), Some(expected)) => (found, expected),
        (found, _) => {
            let reason = if found.is_some() {
                "there is one, and none in the manifest"
            } else {
                "there is none, but one in the manifest"
            };
            return Check::new(NAME, "", vec![Fault::new("audit", reason)]);
        }
    };
    let by_tenant = |state: &AuditState| -> BTreeMap<_, _> {
        state.tenants.iter().map(|chain| (chain.tenant_id, chain.clone())).collect()
    };
    let (ours, theirs) = (by_tenant(found), by_tenant(expected));
    let tenants: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    let fault = |tenant: &&agentflow::TenantId| {
        let reason = match (ours.get(tenant), theirs.get(tenant)) {
            (Some(ours), Some(theirs)) if ours == theirs => return None,
            (Some(ours), Some(theirs)) if (ours.seq, ours.hash) != (theirs.seq, theirs.hash) => {
                format!(
                    "it ends at {} with {}, and at {} with {} in the manifest",
                    ours.seq, ours.hash, theirs.seq, theirs.hash
                )
            }
            (Some(_), Some(_)) => {
                "it was pruned, or has its last checkpoint, elsewhere than in the manifest"
                    .to_owned()
            }
            (None, _) => "it is missing".to_owned(),
            (_, None) => "the manifest does not know it".to_owned(),
        };
        Some(Fault::new(format_args!("audit chain of tenant {tenant}"), reason))
    };
    let mut faults: Vec<Fault> = tenants.iter().filter_map(fault).collect();
    if found.tenant_log != expected.tenant_log {
        faults.push(Fault::new("log of all tenants", "it is not what the manifest says"));
    }
    let detail = format!("{} chains end where the manifest says", theirs.len());
    Check::new(NAME, detail, faults)
}

/// Verifies every chain, and with trusted keys also against the checkpoints that the manifest carries.
async fn audit(config: &Config, manifest: &Manifest, trust: &Trust) -> Result<Check> {
    const NAME: &str = "audit chains";
    let Some(state) = &manifest.audit else {
        return Ok(Check::new(NAME, "the database has no audit", Vec::new()));
    };
    let newest = newest_migration()?;
    if manifest.migration_version < newest {
        let detail = format!(
            "not verified: the schema is at migration {}, and this program knows {newest}; run `af migrate up`, then `af audit \
             verify`",
            manifest.migration_version
        );
        return Ok(Check::new(NAME, detail, Vec::new()));
    }
    let mut options = VerifyOptions::default();
    if let Some(keys) = trust.keys().filter(|keys| !keys.is_empty()) {
        let notes = state.tenants.iter().filter_map(|chain| chain.checkpoint.as_deref());
        let log = state.tenant_log.as_ref().and_then(|log| log.checkpoint.as_deref());
        let outside = notes.chain(log).filter_map(|note| SignedCheckpoint::read(note).ok());
        // An earlier key may have signed some, which the heads vouch for.
        options.outside = outside.filter(|checkpoint| checkpoint.verify(keys).is_ok()).collect();
        options.keys = keys.clone();
    }
    let store = Store::connect(config.clone())?;
    let report = store.admin().verify_audit(&options, &|_| {}).await;
    store.close();
    let report = report?;
    let mut faults: Vec<Fault> = report
        .tenants
        .iter()
        .filter(|tenant| tenant.status == Verdict::Tampered)
        .map(|tenant| {
            let reason = tenant.error_message.as_deref().unwrap_or("it was tampered with");
            Fault::new(format_args!("audit chain of tenant {}", tenant.tenant_id), reason)
        })
        .collect();
    if let Some(log) = report.tenant_log.filter(|log| log.status == Verdict::Tampered) {
        faults.push(Fault::new("log of all tenants", log.error_message.unwrap_or_default()));
    }
    let detail = format!(
        "{} entries of {} chains, {} checkpoints",
        report.total_records,
        report.tenants.len(),
        report.checkpoints
    );
    Ok(Check::new(NAME, detail, faults))
}

/// The newest migration that this program knows.
pub(crate) fn newest_migration() -> Result<u64> {
    let source = migrations::source().map_err(|error| crate::Error::Unavailable {
        operation: "read the migrations of this program",
        reason: error.to_string(),
    })?;
    Ok(source.newest().and_then(|version| u64::try_from(version).ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, rows: u64) -> TableRows {
        TableRows { name: name.to_owned(), rows }
    }

    #[test]
    fn every_table_that_differs_is_named() {
        let expected = [table("public.a", 1), table("public.b", 2), table("public.c", 3)];
        let found = [table("public.a", 1), table("public.b", 1), table("public.d", 0)];
        let places: Vec<_> =
            compare_rows(&expected, &found).into_iter().map(|fault| fault.place).collect();
        assert_eq!(places, ["table public.b", "table public.c", "table public.d"]);
    }
}
