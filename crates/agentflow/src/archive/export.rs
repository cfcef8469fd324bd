use std::io::Write;

use agentflow_core::{
    archive::SourceTenant,
    audit::{Actor, Event, Resource},
    hash::Sha256,
    ids::TenantId,
};
use agentflow_sql::queries::{archive as sql, audit::get_audit_head, tenancy::get_tenant};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Map, Value};

use super::{
    ArchiveProgress, ArchiveReport, ArchiveWriter, ChainHead, EXPORT, ExportArchive, MovedTable,
    SealedSpool, SealedValue, SecretsChoice, Spool, TableHead, Written,
    archives::Progress,
    pipe::{self, run_blocking},
    plan::{self, TablePlan},
    whole,
};
use crate::{
    admin::Admin,
    audit::{ExportOptions, Snapshot, write_bundle},
    error::{Error, Result},
    secrets::key_ring::{KeyRing, place_of},
    tenancy::TenantRow,
};

pub(super) async fn export<W: Write + Send + 'static>(
    admin: &Admin,
    tenant: TenantId,
    options: &ExportArchive<'_>,
    by: &Actor,
    writer: W,
    progress: Progress<'_>,
) -> Result<ArchiveReport> {
    let name = || format!("tenant {tenant}");
    admin.tenants().get(tenant).await?.ok_or_else(|| Error::not_found(EXPORT, name()))?;
    let ring = match &options.secrets {
        SecretsChoice::Rewrap(_) => Some(admin.shared.key_ring(EXPORT).await?),
        SecretsChoice::Refuse | SecretsChoice::LeaveOut => None,
    };
    let snapshot = whole::open(admin, tenant, options).await?;
    let exporting = Exporting { snapshot: &snapshot, options, progress };
    let written = exporting.write(writer, ring.as_deref()).await?;
    snapshot.close().await?;
    let report = report(tenant, &written);
    note(admin, tenant, by, options, &report).await?;
    Ok(report)
}

async fn note(
    admin: &Admin,
    tenant: TenantId,
    by: &Actor,
    options: &ExportArchive<'_>,
    report: &ArchiveReport,
) -> Result<()> {
    let secrets = match options.secrets {
        SecretsChoice::LeaveOut => "left out",
        _ if report.sealed == 0 => "none",
        _ => "rewrapped",
    };
    let event = Event::new("tenant.exported", Resource::new("tenant", tenant), by.clone())
        .with_detail("sha256", report.sha256.to_string())
        .with_detail("size", report.chain_size)
        .with_detail("rows", report.rows)
        .with_detail("values", secrets);
    let tx = admin.begin(EXPORT).await?;
    tx.enter(tenant).await?;
    tx.audit_and_commit(&event).await.map(drop)
}

fn report(tenant_id: TenantId, written: &Written) -> ArchiveReport {
    let manifest = &written.manifest;
    let mut tables: Vec<_> = manifest
        .tables
        .iter()
        .map(|table| MovedTable { name: table.name.clone(), rows: table.rows, left_out: 0 })
        .collect();
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    ArchiveReport {
        tenant_id,
        sha256: written.sha256,
        bytes: written.bytes,
        tables,
        rows: manifest.rows(),
        csv_bytes: manifest.csv_bytes(),
        chain_size: manifest.chain.size,
        sealed: manifest.sealed.as_ref().map_or(0, |sealed| sealed.count),
    }
}

struct Exporting<'a> {
    snapshot: &'a Snapshot,
    options: &'a ExportArchive<'a>,
    progress: Progress<'a>,
}

impl Exporting<'_> {
    async fn write<W: Write + Send + 'static>(
        &self,
        writer: W,
        ring: Option<&KeyRing>,
    ) -> Result<Written> {
        let client = self.snapshot.client();
        plan::refuse_unclassified(client).await?;
        self.refuse_secrets().await?;
        let source = self.source().await?;
        let version = plan::migration_version(EXPORT, client).await?;
        let leaves_out = matches!(self.options.secrets, SecretsChoice::LeaveOut);
        let tables = plan::plan(EXPORT, client, self.snapshot.tenant(), leaves_out).await?;
        let (head, bundle) = self.chain(tables.len() as u64).await?;
        let fixed = sql::fix_settings().bind(client).one().await;
        fixed.map_err(|error| self.snapshot.failed(error))?;

        let recipients = self.options.recipients.clone();
        let new = move || ArchiveWriter::new(writer, recipients.as_ref());
        let mut archive = run_blocking(EXPORT, new).await?;
        let (mut bytes, total) = (0, tables.len() as u64);
        for (done, table) in (0..).zip(tables) {
            let name = table.name.clone();
            let tell = |bytes| {
                let at = ArchiveProgress { stage: "table", name: &name, bytes, done, total };
                (self.progress)(at);
            };
            let (rows, spool) = self.table(&table, bytes, &tell).await?;
            bytes += spool.bytes();
            tell(bytes);
            let TablePlan { name, class, columns, .. } = table;
            let head = TableHead { name, class, columns, rows };
            archive = run_blocking(EXPORT, move || {
                archive.table(head, spool)?;
                Ok(archive)
            })
            .await?;
        }
        archive = run_blocking(EXPORT, move || {
            archive.chain(head, bundle)?;
            Ok(archive)
        })
        .await?;
        if let (SecretsChoice::Rewrap(recipients), Some(ring)) = (&self.options.secrets, ring) {
            let values = self.secrets(ring, SealedSpool::new(recipients)?).await?;
            archive.sealed(values)?;
        }
        let key = self.options.signer.as_ref().map(|signer| signer.key().clone());
        run_blocking(EXPORT, move || archive.finish(source, version, key.as_ref())).await
    }

    /// A tenant with sealed values is exported by whoever says what becomes of them.
    async fn refuse_secrets(&self) -> Result<()> {
        if !matches!(self.options.secrets, SecretsChoice::Refuse) {
            return Ok(());
        }
        let tenant = self.snapshot.tenant();
        let count = sql::count_sealed_values();
        let count = count.bind(self.snapshot.client(), tenant.as_uuid()).one().await;
        let count = count.map_err(|error| self.snapshot.failed(error))?;
        if count == 0 {
            return Ok(());
        }
        let reason = format!(
            "the tenant has {count} sealed secrets; say who may open them where it goes, or that they are left out"
        );
        Err(Error::Conflict { operation: EXPORT, reason })
    }

    async fn source(&self) -> Result<SourceTenant> {
        let tenant = self.snapshot.tenant();
        let row = get_tenant().bind(self.snapshot.client(), tenant.as_uuid()).opt().await;
        let row = row.map_err(|error| self.snapshot.failed(error))?;
        let row = row.ok_or_else(|| Error::not_found(EXPORT, format!("tenant {tenant}")))?;
        let row = TenantRow::try_from(row)?;
        let unknown = |column| {
            move || Error::Inconsistent { table: "tenants", column, row: tenant.to_string() }
        };
        let object = |value: Value, column| match value {
            Value::Object(object) => Ok::<Map<_, _>, _>(object),
            _ => Err(unknown(column)()),
        };
        Ok(SourceTenant {
            id: row.id,
            slug: row.slug.parse().map_err(|_| unknown("slug")())?,
            name: row.name,
            tier: row.tier.parse().map_err(|_| unknown("tier")())?,
            region: row.region,
            status: row.status,
            suspended_at: row.suspended_at,
            settings: object(row.settings, "settings")?,
            metadata: object(row.metadata, "metadata")?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    /// The whole chain. It says when its last entry was recorded, and not when it was exported: the same chain is the same bundle.
    async fn chain(&self, total: u64) -> Result<(ChainHead, Spool)> {
        let (client, tenant) = (self.snapshot.client(), self.snapshot.tenant());
        let failed = |error| self.snapshot.failed(error);
        let at = sql::get_last_recorded().bind(client, tenant.as_uuid()).one().await;
        let at = at.map_err(failed)?;
        let head = get_audit_head().bind(client, tenant.as_uuid()).one().await.map_err(failed)?;
        let hash = head.hash.as_deref().and_then(Sha256::from_slice);
        let (Some(head_hash), Some(seq)) = (hash, head.seq) else {
            return Err(Error::Tampered {
                faults: vec!["the head of the chain is not a head".into()],
            });
        };
        let spool = Spool::new()?;
        let at_chain = ArchiveProgress { stage: "chain", name: "", bytes: 0, done: 0, total };
        let tell = |_| (self.progress)(at_chain);
        let whole = ExportOptions::default();
        let (report, spool) = write_bundle(self.snapshot, &whole, at, spool, &tell).await?;
        let size = report.checkpoint.checkpoint().size;
        if size != seq.unsigned_abs() {
            return Err(Error::Tampered {
                faults: vec!["the checkpoint is not of the chain".into()],
            });
        }
        Ok((ChainHead { size, head_hash }, spool))
    }

    /// The rows of a table, and how many they are: every row is a message, and so is the header.
    async fn table(
        &self,
        table: &TablePlan,
        before: u64,
        tell: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(u64, Spool)> {
        let rows = self.snapshot.client().copy_out(&table.copy_out).await;
        let rows = rows.map_err(|error| self.snapshot.failed(error))?;
        let rows = rows.map_err(|error| self.snapshot.failed(error)).boxed();
        let (messages, spool) =
            pipe::spool(rows, Spool::new()?, |bytes| tell(before + bytes)).await?;
        Ok((messages.saturating_sub(1), spool))
    }

    async fn secrets(&self, ring: &KeyRing, mut spool: SealedSpool) -> Result<SealedSpool> {
        let tenant = self.snapshot.tenant();
        let rows = sql::read_sealed_values();
        let rows = rows.bind(self.snapshot.client(), tenant.as_uuid());
        let rows = rows.iter().await.map_err(|error| self.snapshot.failed(error))?;
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await.map_err(|error| self.snapshot.failed(error))? {
            let (table, column) = (row.table_name, row.column_name);
            let Some(place) = place_of(tenant, &table, &column, row.id) else { continue };
            let value = ring.open(EXPORT, &place, &row.value).await?;
            spool.push(&SealedValue { table, column, row: row.id, value })?;
        }
        Ok(spool)
    }
}
