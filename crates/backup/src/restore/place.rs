//! The server, with the right to restore to one database of it.

use agentflow::{
    Config,
    core::backup::{BackupId, Manifest},
};
use tokio_postgres::Client;

use super::{
    Load, OPERATION, Phases, RestoreOptions,
    building::{Building, drop_database},
    database, names,
    switch::Switch,
    whole::{log, require_new_enough},
};
use crate::{
    Error, Programs, Result, check,
    progress::OnProgress,
    scratch::Scratch,
    sql,
    sql::{Server, failed},
    store::BackupStore,
};

/// What is restored, how, and who is told.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) config: &'a Config,
    pub(super) store: &'a BackupStore,
    pub(super) programs: &'a Programs,
    /// Of a backup that was verified.
    pub(super) manifest: &'a Manifest,
    pub(super) options: &'a RestoreOptions,
    pub(super) progress: OnProgress<'a>,
}

pub(super) struct Place {
    pub(super) client: Client,
    pub(super) server: Server,
    pub(super) target: String,
    pub(super) exists: bool,
    maintenance: Config,
}

/// Databases that look like what interrupted restores leave.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    pub(super) dropped: Vec<String>,
    pub(super) left: Vec<String>,
}

impl Place {
    /// Fails where the restore would fail in the end. Nobody else restores to the same database until this is dropped.
    pub(super) async fn take(work: Work<'_>, target: String) -> Result<Self> {
        let (client, maintenance) = sql::maintenance(work.config, Some(&target)).await?;
        let server = Server::ask(OPERATION, &client).await?;
        server.require_programs(OPERATION, work.programs)?;
        require_new_enough(&server, work.manifest)?;
        if !server.creates_databases {
            let reason = format!(
                "the role {role} may not create databases; let a superuser run: ALTER ROLE {role} CREATEDB",
                role = server.role
            );
            return Err(Error::Denied { operation: OPERATION, reason });
        }
        database::require_extensions(&client, &server, &work.manifest.extensions).await?;
        if !work.options.no_tablespaces {
            database::require_tablespaces(&client, &work.manifest.tablespaces).await?;
        }
        let found = client.query_opt(include_str!("../../queries/target.sql"), &[&target]).await;
        let found = found.map_err(failed(OPERATION))?;
        if let Some(found) = &found {
            require_replaceable(&server, &target, found)?;
        }
        let locked = client.query_one(include_str!("../../queries/lock.sql"), &[&target]).await;
        if !locked.map_err(failed(OPERATION))?.get::<_, bool>("locked") {
            let reason = format!("another process is restoring to {target} already");
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        Ok(Self { client, maintenance, server, exists: found.is_some(), target })
    }

    /// As long as we hold the lock, a database that is being made for this target belongs to nobody who lives. Whether it is one, its
    /// name alone does not tell.
    pub(super) async fn drop_leftovers(&self) -> Result<Leftovers> {
        let prefix = names::restoring_prefix(&self.target);
        let found =
            self.client.query(include_str!("../../queries/databases.sql"), &[&prefix]).await;
        let mut leftovers = Leftovers::default();
        for row in found.map_err(failed(OPERATION))? {
            let name: String = row.get("name");
            if !names::is_restoring(&name, &prefix) {
                continue;
            }
            if database::is_for(row.get("comment"), &self.target) {
                drop_database(&self.client, &name).await?;
                leftovers.dropped.push(name);
            } else {
                leftovers.left.push(name);
            }
        }
        Ok(leftovers)
    }

    /// Makes the database, looks at it, and gives it the name of the target; the one that has it gets the name `old`.
    pub(super) async fn make(
        &self,
        work: Work<'_>,
        staging: &Scratch,
        phases: &mut Phases,
        old: Option<&str>,
    ) -> Result<Made> {
        let mut random = [0; 4];
        work.options.entropy.fill(&mut random);
        let name = names::restoring(&self.target, random);
        let building = Building::new(&self.maintenance, name);
        match self.fill_and_switch(work, staging, phases, old, building.name()).await {
            Ok(made) => {
                building.stays();
                Ok(made)
            }
            Err(error) => {
                building.discard(&self.client).await;
                Err(error)
            }
        }
    }

    async fn fill_and_switch(
        &self,
        work: Work<'_>,
        staging: &Scratch,
        phases: &mut Phases,
        old: Option<&str>,
        name: &str,
    ) -> Result<Made> {
        let Work { programs, manifest, options, progress, .. } = work;
        self.make_empty(&manifest.id, options, manifest, name).await?;
        let config = work.config.with_database(name);
        let mut log = log(staging)?;
        let arguments = arguments(options);
        let load = Load { config: &config, programs, manifest, scratch: staging, arguments };
        load.run(&mut log, progress).await?;
        phases.end("restore");
        let checks = check::check(&config, manifest, &options.trust, progress).await?;
        let faults = check::faults(&checks);
        if !faults.is_empty() {
            let what = format!("what was restored from backup {}", manifest.id);
            return Err(Error::Corrupt { operation: OPERATION, what, faults });
        }
        phases.end("check");
        let remark = check::analyze(&config).await;
        phases.end("analyze");
        database::dress(&self.client, name, &manifest.properties, !options.no_owner).await?;
        let switch = Switch {
            maintenance: &self.maintenance,
            restored: name,
            target: &self.target,
            old,
            comment: manifest.properties.comment.as_deref(),
        };
        switch.run().await?;
        phases.end("switch");
        Ok(Made { checks, remark })
    }

    async fn make_empty(
        &self,
        id: &BackupId,
        options: &RestoreOptions,
        manifest: &Manifest,
        name: &str,
    ) -> Result<()> {
        let mark = database::mark(id, &self.target);
        let other = options.locale.as_deref();
        let other = other.map(|locale| database::with_locale(&manifest.properties, locale));
        let properties = other.as_ref().unwrap_or(&manifest.properties);
        database::make(&self.client, name, properties, &mark).await
    }
}

/// What came of it.
pub(super) struct Made {
    pub(super) checks: Vec<check::Check>,
    pub(super) remark: Option<String>,
}

fn arguments(options: &RestoreOptions) -> Vec<String> {
    let mut arguments = common_arguments(options);
    arguments.push(format!("--jobs={}", options.jobs.max(1)));
    arguments
}

/// What `pg_restore` is told whatever is restored. Two databases must not draw from one subscription, and one that has one cannot be
/// dropped.
pub(super) fn common_arguments(options: &RestoreOptions) -> Vec<String> {
    let mut arguments = vec!["--no-subscriptions"];
    if options.no_owner {
        arguments.extend(["--no-owner", "--no-privileges"]);
    }
    if options.no_tablespaces {
        arguments.push("--no-tablespaces");
    }
    arguments.into_iter().map(str::to_owned).collect()
}

fn require_replaceable(server: &Server, target: &str, found: &tokio_postgres::Row) -> Result<()> {
    if !found.get::<_, bool>("is_owner") {
        let reason = format!(
            "the database {target} belongs to {}, and only its owner or a superuser may rename it; {} is neither",
            found.get::<_, String>("owner"),
            server.role
        );
        return Err(Error::Denied { operation: OPERATION, reason });
    }
    if found.get::<_, bool>("is_template") {
        let reason = format!("the database {target} is a template");
        return Err(Error::Conflict { operation: OPERATION, reason });
    }
    let prepared: i64 = found.get("prepared");
    if prepared > 0 {
        let reason = format!(
            "{prepared} prepared transactions wait in the database {target}, which cannot be renamed meanwhile; commit them or \
             roll them back (pg_prepared_xacts)"
        );
        return Err(Error::Conflict { operation: OPERATION, reason });
    }
    Ok(())
}
