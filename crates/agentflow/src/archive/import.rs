use std::fs::File;

use agentflow_core::{
    archive::{ArchiveManifest, TableClass},
    audit::{Actor, Event, Resource},
    ids::TenantId,
};
use agentflow_sql::queries::{archive as sql, tenancy::get_tenant};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    ArchiveProgress, ArchiveReader, IMPORT, ImportArchive, ImportReport, MovedTable,
    VerifiedArchive,
    archives::Progress,
    chains, checks,
    load::Loading,
    months::{self, Months},
    pipe,
    plan::{self, TablePlan},
    secrets::{self, Sealer},
    target::{self, Target},
};
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
    tenancy::TenantRow,
};

const REPLICA: &str = include_str!("../../queries/_archive_replica.sql");
const ORIGIN: &str = include_str!("../../queries/_archive_origin.sql");

pub(super) async fn import(
    admin: &Admin,
    file: File,
    options: &ImportArchive,
    by: &Actor,
    progress: Progress<'_>,
) -> Result<ImportReport> {
    let archive = verify(file, options, progress).await?;
    let manifest = archive.manifest().clone();
    let target = Target::choose(&admin.shared, &manifest, options)?;
    let leave_out = options.leave_out_secrets || plan::lacks_sealed(&manifest);
    let sealer = secrets::sealer(&admin.shared, &manifest, options, target.id()).await?;

    let tx = admin.begin(IMPORT).await?;
    let importing = Importing {
        admin,
        tx: &tx,
        options,
        manifest: &manifest,
        target: &target,
        leave_out,
        progress,
        months: Months::default(),
    };
    let written = importing.write(archive, sealer, by).await;
    let made = importing.months.into_made();
    let is_done = written.is_ok() && !options.dry_run;
    let report = match written {
        Ok(report) if options.dry_run => tx.rollback().await.map(|()| report),
        written => tx.settle(written).await,
    };
    if is_done && report.is_ok() {
        admin.shared.wake_workers();
    } else {
        months::drop_empty(admin, made).await;
    }
    report
}

/// All of it is looked at before anything is written.
async fn verify(
    file: File,
    options: &ImportArchive,
    progress: Progress<'_>,
) -> Result<VerifiedArchive> {
    let (identity, trust) = (options.identity.clone(), options.trust.clone());
    let (told, mut heard) = mpsc::channel(16);
    let verifying = pipe::run_blocking(IMPORT, move || {
        let tell = |at: ArchiveProgress<'_>| {
            // Whoever looks too slowly misses some.
            let _ = told.try_send((at.stage, at.name.to_owned(), at.bytes, at.done, at.total));
        };
        let verified = ArchiveReader::open(file, identity.as_ref())?.verify(&trust, &tell);
        drop(told);
        verified
    });
    let showing = async {
        while let Some((stage, name, bytes, done, total)) = heard.recv().await {
            progress(ArchiveProgress { stage, name: &name, bytes, done, total });
        }
    };
    futures::join!(verifying, showing).0
}

struct Importing<'a> {
    admin: &'a Admin,
    tx: &'a AdminTx,
    options: &'a ImportArchive,
    manifest: &'a ArchiveManifest,
    target: &'a Target,
    leave_out: bool,
    progress: Progress<'a>,
    months: Months,
}

/// What else was kept of the archive.
struct Kept {
    replaced: Vec<&'static str>,
    secrets: u64,
    chain_id: Uuid,
}

/// What was loaded so far.
#[derive(Default)]
struct Loaded {
    tables: Vec<MovedTable>,
    bytes: u64,
}

impl Importing<'_> {
    async fn write(
        &self,
        mut archive: VerifiedArchive,
        sealer: Option<Sealer>,
        by: &Actor,
    ) -> Result<ImportReport> {
        let (client, tenant) = (self.tx.client(), self.target.id());
        let failed = |error| Error::from_postgres(IMPORT, error);
        plan::refuse_other_migration(
            self.manifest,
            plan::migration_version(IMPORT, client).await?,
        )?;
        let tables = plan::plan(IMPORT, client, tenant, self.leave_out).await?;
        plan::refuse_other_tables(self.manifest, &tables, self.leave_out)?;
        let replaced = self.target.enter(self.tx).await?;
        sql::fix_settings().bind(client).one().await.map_err(failed)?;
        client.batch(REPLICA).await.map_err(refused_replica)?;

        let mut secrets = 0;
        if let Some(sealer) = sealer {
            (archive, secrets) = sealer.stage(archive, client, tenant, &tables).await?;
        }
        for table in &tables {
            if let Some(clear) = &table.clear {
                client.batch(clear).await.map_err(failed)?;
            }
        }
        let chain_id = self.admin.shared.next_id();
        let (archive, moved) = self.load(archive, tables, secrets > 0, chain_id).await?;
        client.batch(ORIGIN).await.map_err(failed)?;
        self.report(&archive, moved, Kept { replaced, secrets, chain_id }, by).await
    }

    /// Usage comes last, when nothing else can be wrong: room for it is made apart, and others see it.
    async fn load(
        &self,
        mut archive: VerifiedArchive,
        tables: Vec<TablePlan>,
        has_sealed: bool,
        chain_id: Uuid,
    ) -> Result<(VerifiedArchive, Vec<MovedTable>)> {
        let (client, tenant, total) = (self.tx.client(), self.target.id(), tables.len() as u64);
        let failed = |error| Error::from_postgres(IMPORT, error);
        let loading = Loading {
            admin: self.admin,
            client,
            has_sealed,
            leave_out_old_usage: self.options.leave_out_old_usage,
            months: &self.months,
        };
        let (usage, others): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|table| table.name == months::TABLE);
        let mut loaded = Loaded::default();
        for table in &others {
            archive = self.table(archive, &loading, table, &mut loaded, total).await?;
        }
        archive = self.chain(archive, chain_id).await?;
        sql::finish_import().bind(client, tenant.as_uuid()).one().await.map_err(failed)?;
        self.tell("foreign keys", others.len());
        checks::check(client, tenant).await?;
        for table in &usage {
            archive = self.table(archive, &loading, table, &mut loaded, total).await?;
        }
        if !self.options.dry_run {
            sql::advance_sequences().bind(client, tenant.as_uuid()).one().await.map_err(failed)?;
        }
        Ok((archive, self.moved(loaded)))
    }

    fn tell(&self, stage: &'static str, done: usize) {
        let (bytes, total) = (self.manifest.csv_bytes(), self.manifest.tables.len() as u64);
        (self.progress)(ArchiveProgress { stage, name: "", bytes, done: done as u64, total });
    }

    async fn table(
        &self,
        archive: VerifiedArchive,
        loading: &Loading<'_>,
        table: &TablePlan,
        loaded: &mut Loaded,
        total: u64,
    ) -> Result<VerifiedArchive> {
        let (name, before, done) = (table.name.as_str(), loaded.bytes, loaded.tables.len() as u64);
        let tell = |read| {
            let at = ArchiveProgress { stage: "table", name, bytes: before + read, done, total };
            (self.progress)(at);
        };
        let (rows, bytes) =
            self.manifest.table(name).map_or((0, 0), |there| (there.rows, there.bytes));
        let (archive, left_out) = loading.table(archive, table, rows, &tell).await?;
        loaded.tables.push(MovedTable { name: name.to_owned(), rows: rows - left_out, left_out });
        loaded.bytes += bytes;
        Ok(archive)
    }

    /// With what was passed over, in order.
    fn moved(&self, loaded: Loaded) -> Vec<MovedTable> {
        let mut moved = loaded.tables;
        for there in &self.manifest.tables {
            if self.leave_out && there.class == TableClass::Sealed {
                let (name, left_out) = (there.name.clone(), there.rows);
                moved.push(MovedTable { name, rows: 0, left_out });
            }
        }
        moved.sort_by(|one, other| one.name.cmp(&other.name));
        moved
    }

    async fn chain(&self, archive: VerifiedArchive, id: Uuid) -> Result<VerifiedArchive> {
        self.tell("chain", self.manifest.tables.len());
        let (source, now) = (self.manifest.source.id, self.admin.shared.now());
        chains::keep(archive, self.tx.client(), self.target.id(), source, id, now).await
    }

    async fn report(
        &self,
        archive: &VerifiedArchive,
        tables: Vec<MovedTable>,
        kept: Kept,
        by: &Actor,
    ) -> Result<ImportReport> {
        let (client, tenant) = (self.tx.client(), self.target.id());
        let failed = |error| Error::from_postgres(IMPORT, error);
        let source = self.manifest.source.id;
        let api_keys = sql::count_api_keys().bind(client, tenant.as_uuid()).one().await;
        let api_keys = api_keys.map_err(failed)?.unsigned_abs();
        target::set_status(self.tx, tenant, &self.manifest.source, self.options).await?;
        let row = get_tenant().bind(client, tenant.as_uuid()).one().await.map_err(failed)?;
        let rows = tables.iter().map(|table| table.rows).sum();
        let report = ImportReport {
            tenant: TenantRow::try_from(row)?,
            replaced: kept.replaced,
            source_tenant_id: source,
            tables,
            rows,
            api_keys: if tenant == source { 0 } else { api_keys },
            sealed: kept.secrets,
            chain_id: kept.chain_id,
            chain_size: self.manifest.chain.size,
            sha256: archive.sha256(),
            signed_by: archive.signed_by().map(str::to_owned),
            dry_run: self.options.dry_run,
        };
        self.tx.audit(&self.event(&report, by)).await?;
        Ok(report)
    }

    fn event(&self, report: &ImportReport, by: &Actor) -> Event {
        let chain = &self.manifest.chain;
        let tenant: TenantId = report.tenant.id;
        Event::new("tenant.imported", Resource::new("tenant", tenant), by.clone())
            .with_detail("name", report.tenant.name.as_str())
            .with_detail("slug", report.tenant.slug.as_str())
            .with_detail("source_tenant_id", report.source_tenant_id.to_string())
            .with_detail("chain_id", report.chain_id.to_string())
            .with_detail("size", chain.size)
            .with_detail("head_hash", chain.head_hash.to_string())
            .with_detail("bundle_sha256", chain.bundle_sha256.to_string())
            .with_detail("sha256", report.sha256.to_string())
            .with_detail("rows", report.rows)
            .with_detail("signed_by", report.signed_by.clone())
    }
}

/// Rows are written as they were only where no trigger changes them, and that is not for every role to say.
fn refused_replica(error: tokio_postgres::Error) -> Error {
    match Error::from_postgres(IMPORT, error) {
        Error::Denied { operation, .. } => {
            let reason = "the role of the connection string may not set session_replication_role, which keeps triggers from \
                          changing the rows; let a superuser say GRANT SET ON PARAMETER session_replication_role TO that role"
                .to_owned();
            Error::Denied { operation, reason }
        }
        other => other,
    }
}
