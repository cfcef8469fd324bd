use std::path::PathBuf;

use agentflow::{
    Config,
    core::backup::{BackupId, BackupKind, Manifest},
};

use super::{
    OPERATION, Phases, RestoreOptions, RestoreReport, RestoreTarget,
    building::drop_database,
    make_missing_roles, names,
    place::{Leftovers, Made, Place, Work},
    roles::MadeRoles,
    tables,
};
use crate::{
    Error, Programs, Result, check, fetch,
    log::Log,
    progress::OnProgress,
    scratch::Scratch,
    sql,
    sql::{Server, failed},
    store::BackupStore,
    verify,
    verify::Verification,
};

/// Restores a backup: verifies all of it, makes a new database of it, looks at that, and only then gives it the name of the one that is
/// to be replaced, which keeps its rows under another name.
///
/// Whatever fails before leaves that one as it was, and nothing of the new one. With [`RestoreOptions::tables`] single tables come back into a
/// database that lost them.
///
/// Needs a role that may create databases and owns the one that is replaced, and programs of the server's own major version.
pub async fn restore(
    config: &Config,
    store: &BackupStore,
    programs: &Programs,
    id: &BackupId,
    options: &RestoreOptions,
    progress: OnProgress<'_>,
) -> Result<RestoreReport> {
    let mut phases = Phases::begin();
    let verified = verify(store, id, &options.trust, options.identity.as_ref(), progress).await?;
    let signed_by = verified.signed_by.as_ref().map(ToString::to_string);
    let manifest = sound(verified)?;
    phases.end("verify");
    let work = Work { config, store, programs, manifest: &manifest, options, progress };
    if !options.tables.is_empty() {
        return tables::restore(work, signed_by, phases).await;
    }
    require_whole(&manifest)?;
    require_rows(&manifest, options)?;
    let place = Place::take(work, names::target(config, options.into.as_deref())?).await?;
    let leftovers = place.drop_leftovers().await?;
    let staging = Scratch::begin(OPERATION, options.staging.as_deref())?;
    fetch(store, &manifest, options.identity.as_ref(), staging.path(), progress).await?;
    phases.end("fetch");
    let wanted: &[String] = if options.no_owner { &[] } else { &manifest.roles };
    let roles = make_missing_roles(&place.client, &place.server, wanted).await?;
    let old = place.exists.then(|| names::before(&place.target, options.clock.now()));
    let made = match place.make(work, &staging, &mut phases, old.as_deref()).await {
        Ok(made) => made,
        Err(error) => {
            roles.undo(&place.client).await;
            return Err(error);
        }
    };
    let done = Done { signed_by, leftovers, roles, old, made };
    Ok(done.report(work, &place, phases).await)
}

/// A restore that came to its end: nothing that fails from here on makes it undone.
struct Done {
    signed_by: Option<String>,
    leftovers: Leftovers,
    roles: MadeRoles,
    old: Option<String>,
    made: Made,
}

impl Done {
    async fn report(self, work: Work<'_>, place: &Place, mut phases: Phases) -> RestoreReport {
        let mut remarks: Vec<String> = self.leftovers.left.iter().map(|it| unmarked(it)).collect();
        remarks.extend(self.made.remark);
        let mut dropped_old = false;
        if let Some(old) = self.old.as_deref().filter(|_| work.options.drop_old) {
            match drop_database(&place.client, old).await {
                Ok(()) => dropped_old = true,
                Err(error) => remarks.push(format!(
                    "the old database could not be dropped, and is {old} now: {}",
                    error.plain()
                )),
            }
            phases.end("drop the old database");
        }
        RestoreReport {
            backup: work.manifest.id.clone(),
            created_at: work.manifest.created_at,
            signed_by: self.signed_by,
            database: place.target.clone(),
            replaced: self.old,
            dropped_old,
            roles_created: self.roles.names,
            leftovers_dropped: self.leftovers.dropped,
            tables: u64::try_from(work.manifest.tables.len()).unwrap_or(u64::MAX),
            rows: check::sum(&work.manifest.tables),
            checks: self.made.checks,
            phases: phases.so_far(),
            remarks,
        }
    }
}

fn unmarked(name: &str) -> String {
    format!(
        "the database {name} has the name of one that an interrupted restore left, and no comment that says so; drop it if \
         nobody needs it"
    )
}

/// What a restore would replace: to be asked about before it is done.
pub async fn restore_target(config: &Config, into: Option<&str>) -> Result<RestoreTarget> {
    let database = names::target(config, into)?;
    let (client, _) = sql::maintenance(config, Some(&database)).await?;
    let row = client.query_opt(include_str!("../../queries/target.sql"), &[&database]).await;
    let bytes = row.map_err(failed(OPERATION))?.map(|row| row.get::<_, i64>("bytes"));
    Ok(RestoreTarget { database, bytes: bytes.and_then(|bytes| u64::try_from(bytes).ok()) })
}

/// The manifest, if the backup is what was made, and made for this program.
pub(crate) fn sound(verified: Verification) -> Result<Manifest> {
    let manifest = verified.into_manifest(OPERATION)?;
    let newest = check::newest_migration()?;
    if manifest.migration_version > newest {
        let reason = format!(
            "the schema in the backup is at migration {}, and this program knows {newest}; restore it with the program that made \
             it ({}) or a newer one",
            manifest.migration_version, manifest.program
        );
        return Err(Error::Conflict { operation: OPERATION, reason });
    }
    Ok(manifest)
}

pub(crate) fn require_whole(manifest: &Manifest) -> Result<()> {
    if manifest.kind == BackupKind::Tables {
        let reason = "the backup holds some tables only, which make no database; bring them back one by one (--table)";
        return Err(Error::Conflict { operation: OPERATION, reason: reason.to_owned() });
    }
    Ok(())
}

/// Definitions alone replace no database, unless somebody says which.
fn require_rows(manifest: &Manifest, options: &RestoreOptions) -> Result<()> {
    if manifest.kind == BackupKind::Schema && options.into.is_none() {
        let reason = "the backup holds definitions and no rows, so that it replaces no database unless it is named (--into)";
        return Err(Error::Conflict { operation: OPERATION, reason: reason.to_owned() });
    }
    Ok(())
}

/// A log that is kept beside the folder if the program fails.
pub(super) fn log(staging: &Scratch) -> Result<Log> {
    let mut keep_as = staging.path().as_os_str().to_owned();
    keep_as.push(".log");
    Log::create(OPERATION, staging.path().join("log"), PathBuf::from(keep_as))
}

/// An older server does not understand what a newer one's `pg_dump` writes.
pub(crate) fn require_new_enough(server: &Server, manifest: &Manifest) -> Result<()> {
    let major = major_of(&manifest.postgres_version);
    if major.is_none_or(|major| major <= server.major) {
        return Ok(());
    }
    let reason = format!(
        "the backup is of PostgreSQL {}, and the server is {}; restore it to a server of that version or a newer one",
        manifest.postgres_version, server.version
    );
    Err(Error::Conflict { operation: OPERATION, reason })
}

pub(crate) fn major_of(version: &str) -> Option<u16> {
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
