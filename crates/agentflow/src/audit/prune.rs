//! Retention: old entries leave the database as bundles, and the chain goes on from where a checkpoint was taken.

mod file;

use std::{path::PathBuf, sync::Arc};

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource, TrustedKeys},
    hash::Sha256,
    ids::TenantId,
    note::{SigningKey, VerifyingKey},
};
use agentflow_sql::queries::{audit as sql, audit_configs, audit_exports};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{CheckpointSigner, CheckpointSink, ExportProgress, RoundReport};
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
};

pub(super) const OPERATION: &str = "prune the audit chain";
/// Entries that one transaction removes at most, where checkpoints allow it: appending waits for it.
const REACH: i64 = 10_000;
/// How long entries are kept where nobody said otherwise.
const RETENTION_DAYS: i32 = 365;

/// What to remove, and where to.
#[derive(Debug, Clone)]
pub struct PruneOptions {
    /// Entries of this time and later ones are kept; by default those of the tenant's `retention_days`, or of a year.
    pub before: Option<Timestamp>,
    /// The folder that the bundle with the removed entries is written to.
    pub folder: PathBuf,
    /// Only say what would be removed. No checkpoint is taken, so there may be more.
    pub dry_run: bool,
    /// What signs the checkpoint that is taken first, and must have signed that of the bundle.
    pub key: SigningKey,
    /// Earlier keys, which may have signed it as well.
    pub earlier_keys: Vec<VerifyingKey>,
    /// Where it is remembered [what was signed](CheckpointSigner::with_memory).
    pub memory: Option<PathBuf>,
    /// Where the checkpoint that is taken first is published.
    pub sinks: Vec<Arc<dyn CheckpointSink>>,
}

impl PruneOptions {
    /// Removes what is older than the tenant keeps it, into bundles in `folder`, without publishing anything.
    pub fn new(folder: impl Into<PathBuf>, key: SigningKey) -> Self {
        Self {
            before: None,
            folder: folder.into(),
            dry_run: false,
            key,
            earlier_keys: Vec::new(),
            memory: None,
            sinks: Vec::new(),
        }
    }

    fn keys(&self) -> TrustedKeys {
        let own = self.key.verifying_key();
        TrustedKeys::new(self.earlier_keys.iter().chain([own]).cloned())
    }
}

/// How far pruning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PruneProgress {
    /// The bundle is being written.
    Exporting(ExportProgress),
    /// It is being read again, and verified.
    Verifying {
        /// Entries verified.
        done: u64,
        /// Entries in it.
        total: u64,
    },
    /// The entries are being removed.
    Removing {
        /// Entries removed.
        done: u64,
        /// Entries to remove.
        total: u64,
    },
}

pub(super) type Progress<'a> = &'a (dyn Fn(PruneProgress) + Send + Sync);

/// What was removed.
#[derive(Debug, Clone, Serialize)]
pub struct PruneReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// What is older could go.
    pub before: Timestamp,
    /// Entries that were removed; that would be, after a dry run.
    pub removed: u64,
    /// The first of them; 0 if there are none.
    pub first_seq: i64,
    /// The last of them; 0 if there are none.
    pub last_seq: i64,
    /// The bundle they are in. None if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<PruneBundle>,
    /// The checkpoint that was taken first. None after a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundReport>,
}

/// The bundle that removed entries are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PruneBundle {
    /// The file.
    pub path: PathBuf,
    /// The hash of the file.
    pub sha256: Sha256,
    /// The length of the file.
    pub bytes: u64,
}

/// The entries to remove: the beginning of the chain, as far as that is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prefix {
    pub(super) tenant: TenantId,
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Prefix {
    pub(super) fn len(self) -> u64 {
        (self.last - self.first + 1).unsigned_abs()
    }
}

impl Admin {
    /// Removes the old entries of a tenant's chain, after writing them to a bundle and verifying that.
    ///
    /// Takes a checkpoint of the tenant first. What goes is the beginning of the chain up to a checkpoint, as far as
    /// every entry there is older than the time to keep: an old entry behind a younger one stays. The bundle has the
    /// name `audit-<tenant>-<first>-<last>.bundle`, is synced to the disk, and overwrites nothing. Then the entries are
    /// removed in transactions of at most ten thousand, where checkpoints lie as close as that; each of them appends an
    /// `audit.pruned` entry with what it removed, the name of the file and its hash.
    ///
    /// It can be cut short anywhere, and done again: a bundle that is there already is verified and used, and a second
    /// one may hold what the first one holds as well. A process that was killed may leave a file `.audit-….tmp` behind,
    /// which is of no use. A sink that could not be reached is told in the report, and stops nothing. Fails with
    /// [`Error::Tampered`], and removes nothing, when the chain or the bundle do not verify.
    pub async fn prune_audit(
        &self,
        tenant: TenantId,
        options: &PruneOptions,
        by: &Actor,
        progress: &(dyn Fn(PruneProgress) + Send + Sync),
    ) -> Result<PruneReport> {
        let before = self.cutoff(tenant, options.before).await?;
        let mut round = None;
        if !options.dry_run {
            let earlier = options.earlier_keys.iter().cloned();
            let mut signer = CheckpointSigner::new(&options.key, earlier);
            if let Some(path) = &options.memory {
                signer = signer.with_memory(path);
            }
            let taken = self.take_checkpoints(signer, &options.sinks, Some(tenant)).await?;
            if let Some(refusal) = taken.refused.first() {
                return Err(refusal.error.clone());
            }
            round = Some(taken);
        }
        let mut report = PruneReport {
            tenant_id: tenant,
            before,
            removed: 0,
            first_seq: 0,
            last_seq: 0,
            bundle: None,
            round,
        };
        let Some(prefix) = self.old_prefix(tenant, before).await? else { return Ok(report) };
        (report.first_seq, report.last_seq, report.removed) =
            (prefix.first, prefix.last, prefix.len());
        if !options.dry_run {
            let keys = options.keys();
            let bundle = file::keep(&self.shared, prefix, &options.folder, &keys, progress).await?;
            self.remove(prefix, &bundle, by, progress).await?;
            report.bundle = Some(bundle);
        }
        Ok(report)
    }

    /// The entries that can go: all from the beginning of the chain to a checkpoint, each of them older than `before`.
    async fn old_prefix(&self, tenant: TenantId, before: Timestamp) -> Result<Option<Prefix>> {
        let fail = |error| Error::from_postgres(OPERATION, error);
        let tx = self.begin(OPERATION).await?;
        tx.enter(tenant).await?;
        let (last, pruned) = ends(&tx, tenant).await?;
        let kept = audit_exports::first_kept_audit()
            .bind(tx.client(), tenant.as_uuid(), &pruned, &before)
            .opt()
            .await
            .map_err(fail)?;
        let at_most = Some(kept.map_or(last, |kept| kept - 1));
        let checkpoint = audit_exports::get_last_checkpoint()
            .bind(tx.client(), tenant.as_uuid(), &at_most)
            .opt()
            .await;
        let checkpoint = tx.finish(OPERATION, checkpoint).await?.map_or(0, |row| row.seq);
        let prefix = Prefix { tenant, first: pruned + 1, last: checkpoint };
        Ok((checkpoint > pruned).then_some(prefix))
    }

    async fn cutoff(&self, tenant: TenantId, before: Option<Timestamp>) -> Result<Timestamp> {
        let now = self.shared.now();
        if let Some(before) = before {
            if before > now {
                let input = InvalidInput::new("before", "expected a time in the past");
                return Err(Error::InvalidInput { operation: OPERATION, input });
            }
            return Ok(before);
        }
        let tx = self.begin(OPERATION).await?;
        tx.enter(tenant).await?;
        let row = audit_configs::get_audit_config().bind(tx.client(), tenant.as_uuid()).opt().await;
        let row = tx.finish(OPERATION, row).await?;
        let days = row.map_or(RETENTION_DAYS, |row| row.retention_days);
        // A time before all others keeps everything.
        let cutoff = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days)));
        Ok(cutoff.unwrap_or(Timestamp::MIN))
    }

    /// Removes the entries of a prefix, checkpoint by checkpoint. Each removal and its entry in the chain are one
    /// transaction: whatever ends it, what is gone is recorded, with the bundle that it is in.
    async fn remove(
        &self,
        prefix: Prefix,
        bundle: &PruneBundle,
        by: &Actor,
        progress: Progress<'_>,
    ) -> Result<()> {
        let Prefix { tenant, first, last } = prefix;
        let mut gone = first - 1;
        while gone < last {
            progress(PruneProgress::Removing {
                done: (gone - first + 1).unsigned_abs(),
                total: prefix.len(),
            });
            let tx = self.begin(OPERATION).await?;
            tx.enter(tenant).await?;
            // Somebody else may be pruning as well.
            gone = ends(&tx, tenant).await?.1.max(gone);
            if gone < last {
                gone = remove_next(tx, prefix, gone, bundle, by).await?;
            }
        }
        progress(PruneProgress::Removing { done: prefix.len(), total: prefix.len() });
        Ok(())
    }
}

/// Removes what comes after entry `gone`, as far as one transaction goes, and gives the last entry that it removed.
async fn remove_next(
    tx: AdminTx,
    prefix: Prefix,
    gone: i64,
    bundle: &PruneBundle,
    by: &Actor,
) -> Result<i64> {
    let fail = |error| Error::from_postgres(OPERATION, error);
    let Prefix { tenant, last, .. } = prefix;
    let end = audit_exports::next_prune_end()
        .bind(tx.client(), tenant.as_uuid(), &gone, &REACH, &last)
        .one()
        .await
        .map_err(fail)?;
    let end = end.ok_or_else(|| Error::Tampered {
        faults: vec![format!("the checkpoint at entry {last} of tenant {tenant} is gone")],
    })?;
    let removed = audit_exports::prune_audits()
        .bind(tx.client(), tenant.as_uuid(), &end)
        .one()
        .await
        .map_err(fail)?;
    if removed != end - gone {
        let fault = format!("entries {} to {end} are {removed}", gone + 1);
        return Err(Error::Tampered { faults: vec![fault] });
    }
    let name = bundle.path.file_name().unwrap_or_default().to_string_lossy();
    let event = Event::new("audit.pruned", Resource::kind("audit"), by.clone())
        .with_detail("from_seq", gone + 1)
        .with_detail("to_seq", end)
        .with_detail("file", name.as_ref())
        .with_detail("sha256", bundle.sha256.to_string());
    tx.audit_and_commit(&event).await?;
    Ok(end)
}

/// The last entry of a chain, and the last that was removed.
async fn ends(tx: &AdminTx, tenant: TenantId) -> Result<(i64, i64)> {
    let head = sql::get_audit_head().bind(tx.client(), tenant.as_uuid()).opt().await;
    let head = head.map_err(|error| Error::from_postgres(OPERATION, error))?;
    let head = head.ok_or_else(|| Error::not_found(OPERATION, format!("tenant {tenant}")))?;
    head.seq.zip(head.pruned_seq).ok_or_else(|| Error::Tampered {
        faults: vec![format!("the head of the chain of tenant {tenant} is not a head")],
    })
}
