use std::{path::PathBuf, sync::Arc};

use agentflow_core::{
    audit::{Checkpoint, TrustedKeys},
    ids::TenantId,
    note::{KeyName, SigningKey, VerifyingKey},
};
use agentflow_sql::queries::{audit::hides_tenants, checkpoints as sql, tenancy::get_tenant};
use futures::future::join_all;
use serde::{Serialize, Serializer};

use super::{
    TAKE, lag,
    memory::Memory,
    outside::{Outside, Witness},
    publish::{Given, add_sinks, publish},
    sink::CheckpointSink,
    tenant, tenant_log,
};
use crate::{
    admin::Admin,
    error::{Error, Result},
};

/// Tenants that are asked for at once.
const PAGE: i32 = 500;

/// What a round of checkpoints did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RoundReport {
    /// Checkpoints of tenants that were taken.
    pub checkpoints: u64,
    /// Entries they cover that no checkpoint had covered before.
    pub entries: u64,
    /// Deleted tenants whose end was added to the log of all tenants.
    pub deleted: u64,
    /// Entries of the log of all tenants.
    pub tenant_log: u64,
    /// Tenants that nothing was signed for, because something about them is not right.
    pub refused: Vec<Refusal>,
    /// What the sinks were given, in their order.
    pub sinks: Vec<SinkReport>,
}

/// A tenant that nothing was signed for.
#[derive(Debug, Clone, Serialize)]
pub struct Refusal {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Why.
    #[serde(serialize_with = "as_text")]
    pub error: Error,
}

/// What a sink was given.
#[derive(Debug, Clone, Serialize)]
pub struct SinkReport {
    /// Its name.
    pub name: String,
    /// Checkpoints it was given, of tenants and of the log of all tenants.
    pub published: u64,
    /// Whether it had lost what it was given before, and so was given it again. Only sinks that
    /// [remember](CheckpointSink::remembers) can tell.
    pub restarted: bool,
    /// What went wrong with it. What it was not given, the next round gives it.
    #[serde(serialize_with = "as_optional_text")]
    pub error: Option<Error>,
}

fn as_text<S: Serializer>(error: &Error, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

#[expect(clippy::ref_option, reason = "what serde calls it with")]
fn as_optional_text<S: Serializer>(
    error: &Option<Error>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match error {
        Some(error) => serializer.serialize_some(&error.to_string()),
        None => serializer.serialize_none(),
    }
}

impl RoundReport {
    /// Whether every tenant with new entries has a checkpoint, and every sink has all checkpoints.
    pub fn is_complete(&self) -> bool {
        self.refused.is_empty() && self.sinks.iter().all(|sink| sink.error.is_none())
    }
}

/// Who signs checkpoints, and whose earlier ones are built upon.
///
/// A checkpoint of an unknown key is not built upon: the chain is read again from its beginning, which retention may have
/// removed. So when the key was changed, name the one before.
///
/// With a [memory](Self::with_memory) it signs no other history than the one it signed before, whatever became of it in
/// the database.
#[derive(Debug, Clone)]
pub struct CheckpointSigner<'a> {
    key: &'a SigningKey,
    own: TrustedKeys,
    memory: Option<Arc<Memory>>,
}

impl<'a> From<&'a SigningKey> for CheckpointSigner<'a> {
    fn from(key: &'a SigningKey) -> Self {
        Self::new(key, [])
    }
}

impl<'a> CheckpointSigner<'a> {
    /// Signs with `key`, and believes what `earlier` keys signed under the same name.
    pub fn new(key: &'a SigningKey, earlier: impl IntoIterator<Item = VerifyingKey>) -> Self {
        let own = [key.verifying_key().clone()].into_iter().chain(earlier);
        Self { key, own: TrustedKeys::new(own), memory: None }
    }

    /// Remembers in a file, which the first round makes, the last checkpoint of the log of all tenants that was signed. Where
    /// the database no longer has it, or the entries of the log no longer make its root, nothing is signed and the round
    /// fails with [`Error::Tampered`]. As the log holds every checkpoint that was taken of a tenant, this protects those of
    /// all tenants.
    ///
    /// The file belongs out of the reach of whoever administers the database, such as beside the signing key. It is written
    /// after the database committed, so a crash leaves it behind the database and never ahead of it. It is for one database:
    /// after that was replaced on purpose, as by an older backup, remove the file. The first round of a process reads the
    /// whole log of all tenants.
    #[must_use]
    pub fn with_memory(self, path: impl Into<PathBuf>) -> Self {
        Self { memory: Some(Arc::new(Memory::new(Some(path.into())))), ..self }
    }

    /// Remembers at least as long as it lives.
    pub(super) fn remembering(mut self) -> Self {
        self.memory.get_or_insert_with(|| Arc::new(Memory::new(None)));
        self
    }

    /// The last checkpoint of the log of all tenants that it remembers to have signed.
    pub(super) fn last(&self, origin: &KeyName) -> Option<Outside> {
        self.memory.as_ref()?.last(origin)
    }

    pub(crate) fn key(&self) -> &'a SigningKey {
        self.key
    }

    pub(super) fn name(&self) -> &KeyName {
        self.key.verifying_key().name()
    }

    /// Our own keys, as ones to verify with.
    pub(super) fn own(&self) -> &TrustedKeys {
        &self.own
    }

    pub(super) fn sign(&self, checkpoint: &Checkpoint) -> Result<String> {
        let note = checkpoint.sign(self.key).map_err(Error::invalid(TAKE))?;
        Ok(note.to_string())
    }
}

/// Takes checkpoints of all tenants that have new entries, or of one, and publishes whatever the sinks do not have.
pub(crate) async fn take(
    admin: &Admin,
    signer: CheckpointSigner<'_>,
    sinks: &[Arc<dyn CheckpointSink>],
    only: Option<TenantId>,
) -> Result<RoundReport> {
    let outlets = sinks.iter().map(|sink| Outlet::new(sink.as_ref())).collect();
    let mut round = Round { admin, signer, outlets, report: RoundReport::default() };
    round.run(only).await?;
    let Round { outlets, mut report, .. } = round;
    report.sinks = outlets.into_iter().map(Outlet::report).collect();
    report.log(lag::measure(admin).await?);
    Ok(report)
}

struct Round<'a> {
    admin: &'a Admin,
    signer: CheckpointSigner<'a>,
    outlets: Vec<Outlet<'a>>,
    report: RoundReport,
}

impl Round<'_> {
    async fn run(&mut self, only: Option<TenantId>) -> Result<()> {
        self.look_around(only).await?;
        add_sinks(self.admin, self.outlets.iter().map(|outlet| outlet.sink.name())).await?;
        self.hold_against_memories().await?;
        match only {
            Some(tenant) => self.tenant(tenant).await?,
            None => self.tenants().await?,
        }
        self.report.deleted = tenant_log::add_tombstones(self.admin).await?;
        let signed = tenant_log::sign(self.admin, &self.signer).await?;
        self.report.tenant_log = u64::try_from(signed.size).unwrap_or(0);
        let remembered = match (&self.signer.memory, signed.by_us) {
            (Some(memory), Some(note)) => memory.remember(note).await,
            _ => Ok(()),
        };
        let admin = self.admin;
        // One waits for nobody else's network.
        join_all(self.outlets.iter_mut().map(|outlet| outlet.publish(admin))).await;
        // Told last: what was committed is published all the same, and remembered by the next round.
        remembered
    }

    /// Refuses to sign anything where the log of all tenants is not what others know of it.
    async fn hold_against_memories(&mut self) -> Result<()> {
        let origin = tenant_log::origin(&self.signer)?;
        let mut known = self.published(&origin).await;
        if let Some(memory) = &self.signer.memory {
            memory.recall(self.signer.own()).await?;
            known.extend(memory.last(&origin));
        }
        tenant_log::hold_against(self.admin, &known).await?;
        match &self.signer.memory {
            Some(memory) => memory.read_log(self.admin, &origin).await,
            None => Ok(()),
        }
    }

    /// Refuses a role that does not see all tenants, and a tenant that is not there.
    async fn look_around(&self, only: Option<TenantId>) -> Result<()> {
        let tx = self.admin.begin(TAKE).await?;
        let looked = async {
            let hidden = hides_tenants().bind(tx.client()).one().await?;
            let is_missing = match only {
                Some(tenant) => {
                    get_tenant().bind(tx.client(), tenant.as_uuid()).opt().await?.is_none()
                }
                None => false,
            };
            Ok((hidden, is_missing))
        };
        let looked = looked.await;
        match (tx.finish(TAKE, looked).await?, only) {
            ((true, _), _) => Err(Error::tenants_hidden(TAKE)),
            ((false, true), Some(tenant)) => {
                Err(Error::not_found(TAKE, format!("tenant {tenant}")))
            }
            _ => Ok(()),
        }
    }

    async fn tenants(&mut self) -> Result<()> {
        let mut after = None;
        loop {
            let tx = self.admin.begin(TAKE).await?;
            let page = sql::list_uncovered_tenants().bind(tx.client(), &after, &PAGE).all().await;
            let page = tx.finish(TAKE, page).await?;
            let Some(end) = page.last() else { return Ok(()) };
            after = Some(*end);
            for tenant in page {
                self.tenant(TenantId(tenant)).await?;
            }
        }
    }

    /// Takes the checkpoint of one tenant. What is wrong with it stops none of the others.
    async fn tenant(&mut self, tenant_id: TenantId) -> Result<()> {
        let origin = agentflow_core::audit::tenant_origin(self.signer.name(), tenant_id);
        let mut known = self.published(&origin.map_err(Error::invalid(TAKE))?).await;
        if let Some(memory) = &self.signer.memory {
            known.extend(memory.last_of_tenant(self.signer.name(), tenant_id).await?);
        }
        match tenant::take(self.admin, &self.signer, tenant_id, &known).await {
            Ok(Some(taken)) => {
                self.report.checkpoints += 1;
                self.report.entries += u64::try_from(taken.entries).unwrap_or(0);
            }
            Ok(None) => {}
            Err(error @ (Error::Tampered { .. } | Error::Conflict { .. })) => {
                tracing::error!(tenant = %tenant_id, %error, "no checkpoint was taken");
                self.report.refused.push(Refusal { tenant_id, error });
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// What the sinks have of a log, as far as they can tell.
    async fn published(&mut self, origin: &KeyName) -> Vec<Outside> {
        let mut published = Vec::new();
        for outlet in &mut self.outlets {
            published.extend(outlet.last(origin).await);
        }
        published
    }
}

/// A sink in a round. Once it failed it is left alone until the next.
struct Outlet<'a> {
    sink: &'a dyn CheckpointSink,
    given: Given,
    error: Option<Error>,
}

impl<'a> Outlet<'a> {
    fn new(sink: &'a dyn CheckpointSink) -> Self {
        Self { sink, given: Given::default(), error: None }
    }

    async fn last(&mut self, origin: &KeyName) -> Option<Outside> {
        if self.error.is_some() {
            return None;
        }
        match self.sink.last(origin).await {
            Ok(last) => {
                let witness = Witness::Sink(self.sink.name().to_owned());
                last.map(|checkpoint| Outside { witness, checkpoint })
            }
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    async fn publish(&mut self, admin: &Admin) {
        if self.error.is_none()
            && let Err(error) = publish(admin, self.sink, &mut self.given).await
        {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: Error) {
        tracing::warn!(sink = self.sink.name(), %error, "checkpoints were not published");
        self.error = Some(error);
    }

    fn report(self) -> SinkReport {
        let Self { sink, given: Given { published, restarted }, error } = self;
        SinkReport { name: sink.name().to_owned(), published, restarted, error }
    }
}

impl RoundReport {
    fn log(&self, lag: lag::AuditLag) {
        tracing::info!(
            checkpoints = self.checkpoints,
            entries = self.entries,
            deleted = self.deleted,
            refused = self.refused.len(),
            lag_entries = lag.entries,
            lag_tenants = lag.tenants,
            lag_since = lag.since.map(tracing::field::display),
            "a round of checkpoints was taken"
        );
    }
}
