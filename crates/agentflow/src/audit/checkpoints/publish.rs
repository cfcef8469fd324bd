//! What a sink was not given yet, in the order in which it was taken.

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

/// Gives a sink everything it was not given yet, and counts it. No connection is held meanwhile. Whatever was given is
/// remembered page by page, so that what fails in the middle goes on there.
pub(super) async fn publish(
    admin: &Admin,
    sink: &dyn CheckpointSink,
    given: &mut u64,
) -> Result<()> {
    let fail = |error| Error::from_postgres(PUBLISH, error);
    let name = sink.name();
    let tx = admin.begin().await?;
    let ends = async {
        let known = sql::get_published().bind(tx.client(), &name).opt().await.map_err(fail)?;
        Ok((known, tenant_log::last(&tx).await?))
    };
    let ends = ends.await;
    let (known, end) = tx.settle(ends).await?;
    let Some(end) = end else { return Ok(()) };
    let until = i64::try_from(end.checkpoint().size).unwrap_or(i64::MAX);
    let mut published = known.unwrap_or(0);
    while published < until {
        let page = page(admin, published, until).await?;
        let Some(last) = page.last() else { break };
        published = last.position;
        for note in page.iter().filter_map(|entry| entry.note.as_ref()) {
            sink.publish(note).await?;
            *given += 1;
        }
        if published == until {
            sink.publish(&end).await?;
            *given += 1;
        }
        remember(admin, name, published).await?;
    }
    Ok(())
}

async fn page(admin: &Admin, after: i64, until: i64) -> Result<Vec<LoggedEntry>> {
    let tx = admin.begin().await?;
    let page = tenant_log::read(&tx, after, until).await;
    tx.settle(page).await
}

async fn remember(admin: &Admin, name: &str, published: i64) -> Result<()> {
    let tx: AdminTx = admin.begin().await?;
    let now = admin.shared.now();
    let stored = sql::upsert_published().bind(tx.client(), &name, &published, &now).await;
    tx.finish(PUBLISH, stored).await.map(drop)
}
