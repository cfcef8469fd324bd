use agentflow_sql::queries::{audit::hides_tenants, checkpoints as sql};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    admin::Admin,
    error::{Error, Result},
};

const OPERATION: &str = "measure what no checkpoint covers";

/// What nobody outside of the database could prove yet: the entries that are in no checkpoint which every sink was given,
/// or in no checkpoint where there never was a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AuditLag {
    /// The entries.
    pub entries: u64,
    /// The tenants that have some.
    pub tenants: u64,
    /// No entry that was committed before then is among them: the time at which the last checkpoint before them was taken,
    /// or their tenant created. By the clock of the database server, for an entry bears whatever time its writer gave it.
    pub since: Option<Timestamp>,
    /// When this was so, by the same clock. Not shown where this is serialized: it would differ each time.
    #[serde(skip)]
    pub measured_at: Timestamp,
}

/// How far a sink is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SinkState {
    /// Its name.
    pub name: String,
    /// The entry of the log of all tenants up to which it was given everything.
    pub published: i64,
    /// When it was given something last; or became known, if it never was.
    pub published_at: Timestamp,
}

pub(crate) async fn measure(admin: &Admin) -> Result<AuditLag> {
    let tx = admin.begin(OPERATION).await?;
    let measured = async {
        let hidden = hides_tenants().bind(tx.client()).one().await?;
        Ok((hidden, sql::get_audit_lag().bind(tx.client()).one().await?))
    };
    let measured = measured.await;
    let (hidden, row) = tx.finish(OPERATION, measured).await?;
    if hidden {
        return Err(Error::tenants_hidden(OPERATION));
    }
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(AuditLag {
        entries: count(row.entries),
        tenants: count(row.tenants),
        since: row.since,
        measured_at: row.measured_at,
    })
}

pub(crate) async fn sinks(admin: &Admin) -> Result<Vec<SinkState>> {
    let tx = admin.begin("list sinks").await?;
    let rows = sql::list_sinks().bind(tx.client()).all().await;
    let state = |row: sql::ListSinks| SinkState {
        name: row.name,
        published: row.published,
        published_at: row.published_at,
    };
    Ok(tx.finish("list sinks", rows).await?.into_iter().map(state).collect())
}

pub(crate) async fn forget_sink(admin: &Admin, name: &str) -> Result<bool> {
    let tx = admin.begin("forget a sink").await?;
    let deleted = sql::delete_sink().bind(tx.client(), &name).await;
    Ok(tx.finish("forget a sink", deleted).await? > 0)
}
