//! What a sink was not given yet, in the order in which it was taken.

use agentflow_core::audit::{Checkpoint, SignedCheckpoint};
use agentflow_sql::queries::checkpoints as sql;

use super::{
    PUBLISH,
    sink::CheckpointSink,
    tenant_log::{self, LoggedEntry},
};
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
};

/// What a sink was given in a round.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Checkpoints.
    pub(super) published: u64,
    /// Whether it had lost what it was given before, and so was given it again.
    pub(super) restarted: bool,
}

/// Makes sinks known, so that they count before they are given anything.
pub(super) async fn add_sinks(
    admin: &Admin,
    names: impl Iterator<Item = &str> + Send,
) -> Result<()> {
    let (tx, now) = (admin.begin(PUBLISH).await?, admin.shared.now());
    let added = async {
        for name in names {
            sql::add_sink().bind(tx.client(), &name, &now).await?;
        }
        Ok(())
    };
    let added = added.await;
    tx.finish(PUBLISH, added).await
}

/// Gives a sink everything it was not given yet, and counts it. No connection is held meanwhile. Whatever was given is
/// remembered page by page, so that what fails in the middle goes on there.
pub(super) async fn publish(
    admin: &Admin,
    sink: &dyn CheckpointSink,
    given: &mut Given,
) -> Result<()> {
    let Some(Ends { mut published, proof, end }) = ends(admin, sink.name()).await? else {
        return Ok(());
    };
    let until = i64::try_from(end.checkpoint().size).unwrap_or(i64::MAX);
    if let Some(proof) = proof
        && let Some(left) = what_is_left(sink, proof.checkpoint()).await?
    {
        tracing::warn!(
            sink = sink.name(),
            published,
            left,
            "a sink lost what it was given, and is given it again"
        );
        given.restarted = true;
        published = published.min(left);
        rewind(admin, sink.name(), published).await?;
    }
    while published < until {
        let page = page(admin, published, until).await?;
        let Some(last) = page.last() else { break };
        published = last.position;
        for note in page.iter().filter_map(|entry| entry.note.as_ref()) {
            sink.publish(note).await?;
            given.published += 1;
        }
        if published == until {
            sink.publish(&end).await?;
            given.published += 1;
        }
        remember(admin, sink.name(), published).await?;
    }
    Ok(())
}

/// From where to where a sink is given something.
struct Ends {
    published: i64,
    /// What it must have by now.
    proof: Option<SignedCheckpoint>,
    end: SignedCheckpoint,
}

/// None if there is nothing to be given.
async fn ends(admin: &Admin, name: &str) -> Result<Option<Ends>> {
    let tx = admin.begin(PUBLISH).await?;
    let ends = async {
        let known = sql::get_published().bind(tx.client(), &name).opt().await;
        let published = known.map_err(|error| Error::from_postgres(PUBLISH, error))?.unwrap_or(0);
        let end = tenant_log::last(&tx).await?;
        let signed = end.as_ref().and_then(|end| i64::try_from(end.checkpoint().size).ok());
        tenant_log::refuse_forgotten(published, signed.unwrap_or(0))?;
        let proof = if published > 0 { tenant_log::proof_of(&tx, published).await? } else { None };
        Ok(end.map(|end| Ends { published, proof, end }))
    };
    let ends = ends.await;
    tx.settle(ends).await
}

/// If a sink can tell that it does not have what it must have: the entries of the log of all tenants that it still has.
async fn what_is_left(sink: &dyn CheckpointSink, proof: &Checkpoint) -> Result<Option<i64>> {
    if !sink.remembers() {
        return Ok(None);
    }
    let last = sink.last(&proof.origin).await?.map_or(0, |last| last.size);
    if last >= proof.size {
        return Ok(None);
    }
    // The checkpoint of the log is given behind everything that it covers. That of a tenant tells of nothing else.
    let left = if proof.tenant().is_some() { 0 } else { last };
    Ok(Some(i64::try_from(left).unwrap_or(i64::MAX)))
}

async fn page(admin: &Admin, after: i64, until: i64) -> Result<Vec<LoggedEntry>> {
    let tx = admin.begin(PUBLISH).await?;
    let page = tenant_log::read(&tx, after, until).await;
    tx.settle(page).await
}

async fn remember(admin: &Admin, name: &str, published: i64) -> Result<()> {
    let tx: AdminTx = admin.begin(PUBLISH).await?;
    let now = admin.shared.now();
    let stored = sql::upsert_published().bind(tx.client(), &name, &published, &now).await;
    tx.finish(PUBLISH, stored).await.map(drop)
}

async fn rewind(admin: &Admin, name: &str, published: i64) -> Result<()> {
    let tx: AdminTx = admin.begin(PUBLISH).await?;
    let stored = sql::rewind_published().bind(tx.client(), &published, &name).await;
    tx.finish(PUBLISH, stored).await.map(drop)
}
