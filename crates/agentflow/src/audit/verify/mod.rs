//! Verification of whole chains: segments in parallel, all in one snapshot, nothing kept but counts and a few hashes.

mod claims;
mod gone;
mod join;
mod ledger;
mod options;
mod outside;
mod past;
mod report;
mod tenant_log;
mod work;

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use agentflow_core::{InvalidInput, ids::TenantId};
use agentflow_sql::queries::{audit as sql, tenancy::name_tenant};
use tokio_postgres::Client;

pub(super) use claims::{Claim, Witness, read_claims, sort as sort_claims};
pub(super) use join::{Join, Part};
pub(super) use ledger::{Unlogged, list_unlogged};
pub use options::{VerifyOptions, VerifyProgress};
pub(super) use past::{check_pruned, find_resume_point, read_checkpoint};
pub use report::{TenantLogVerdict, TenantVerdict, Verdict, VerifyReport};

use crate::{
    error::{Error, Result},
    pool::Connection,
    store::Shared,
};
use gone::Gone;
use outside::Outside;
use report::Run;
use tenant_log::TenantLog;
use work::Work;

const OPERATION: &str = "verify the audit chain";
const BEGIN: &str = include_str!("../../../queries/_begin_verification.sql");

type Progress<'a> = &'a (dyn Fn(VerifyProgress) + Send + Sync);

/// A tenant there is something left of, with its short name if it exists.
type Known = (TenantId, Option<String>);

/// Verifies one tenant's chain, or all chains there are and the log of all tenants.
pub(crate) async fn verify_all(
    shared: &Arc<Shared>,
    tenant: Option<TenantId>,
    options: &VerifyOptions,
    progress: Progress<'_>,
) -> Result<VerifyReport> {
    let fail = |error| Error::from_postgres(OPERATION, error);
    let (timestamp, began) = (shared.now(), Instant::now());
    let outside = read_options(options).map_err(Error::invalid(OPERATION))?;
    // The connection that exports the snapshot keeps it alive, and works as well.
    let leader = shared.pool.get().await?;
    leader.take_off();
    let opening = format!("{BEGIN}{}", shared.statements.clear_names());
    leader.batch_execute(&opening).await.map_err(fail)?;
    let (snapshot, faults) = (sql::export_snapshot(), sql::list_verification_faults());
    let (snapshot, faults) = futures::try_join!(
        snapshot.bind(client(&leader)).one(),
        faults.bind(client(&leader)).all(),
    )
    .map_err(fail)?;
    if !faults.is_empty() {
        finish(&leader).await?;
        return Err(Error::Tampered { faults });
    }
    let known = match tenant {
        Some(tenant) => find_tenant(client(&leader), tenant).await?,
        None => list_tenants(client(&leader)).await?,
    };
    let (mut log, mut gone) = match tenant {
        Some(_) => (None, Gone::default()),
        None => read_log(client(&leader), &known, options, &outside).await.map_err(fail)?,
    };
    let reads_log = sql::reads_tenant_log().bind(client(&leader)).one().await.map_err(fail)?;
    let work = Work::new(known, options, outside, reads_log, progress);
    share(shared, &leader, (&snapshot, &opening), &work).await?;
    finish(&leader).await?;

    let run =
        Run { timestamp, began, seen: work.seen(), signatures_checked: !options.keys.is_empty() };
    let covered = log.as_mut().map(TenantLog::take_covered).unwrap_or_default();
    let mut verdicts = work.into_verdicts(&mut gone, &covered);
    verdicts.extend(gone.vanished.into_iter().map(|(tenant, lost)| lost.verdict(tenant)));
    let log = log.map(|log| log.verdict(gone.deleted));
    Ok(VerifyReport::new(verdicts, log, &run))
}

/// What copies of checkpoints say, if the options make sense.
fn read_options(options: &VerifyOptions) -> Result<Outside, InvalidInput> {
    if options.since_checkpoint && options.keys.is_empty() {
        let reason = "a checkpoint is believed for its signature, which needs a trusted key";
        return Err(InvalidInput::new("since_checkpoint", reason));
    }
    Outside::read(options)
}

/// The log of all tenants, and what became of those in it that are not there.
async fn read_log(
    client: &Client,
    known: &[Known],
    options: &VerifyOptions,
    outside: &Outside,
) -> Result<(Option<TenantLog>, Gone), tokio_postgres::Error> {
    let log = TenantLog::read(client, &options.keys, outside).await?;
    let existing: BTreeSet<_> =
        known.iter().filter(|(_, slug)| slug.is_some()).map(|(tenant, _)| *tenant).collect();
    let gone = gone::find(client, &log, outside, &existing).await?;
    Ok((Some(log), gone))
}

/// Works on all chains, with as many connections as there may be.
async fn share(
    shared: &Arc<Shared>,
    leader: &Connection,
    (snapshot, opening): (&str, &str),
    work: &Work<'_>,
) -> Result<()> {
    let fail = |error| Error::from_postgres(OPERATION, error);
    let jobs = work.options.jobs.clamp(1, shared.pool.limit());
    let helpers = (1..jobs).map(|_| async {
        let joined = tokio::select! {
            joined = join_snapshot(shared, snapshot, opening) => joined,
            // Connections may be scarce: nobody waits for one with nothing left to do.
            () = work.done() => return Ok(()),
        };
        match joined {
            Ok(helper) => {
                work.work_off(client(&helper)).await.map_err(fail)?;
                finish(&helper).await
            }
            // The others do its part.
            Err(error) => {
                tracing::debug!(%error, "verification goes on with fewer connections");
                Ok(())
            }
        }
    });
    let lead = async { work.work_off(client(leader)).await.map_err(fail) };
    // Whoever fails stops the others, who would wait for its piece.
    futures::try_join!(lead, futures::future::try_join_all(helpers)).map(drop)
}

fn client(connection: &Connection) -> &Client {
    connection
}

async fn find_tenant(client: &Client, tenant: TenantId) -> Result<Vec<Known>> {
    let fail = |error| Error::from_postgres(OPERATION, error);
    name_tenant().bind(client, tenant.as_uuid()).one().await.map_err(fail)?;
    let row = agentflow_sql::queries::tenancy::get_tenant()
        .bind(client, tenant.as_uuid())
        .opt()
        .await
        .map_err(fail)?;
    let row = row.ok_or_else(|| Error::not_found(OPERATION, format!("tenant {tenant}")))?;
    Ok(vec![(tenant, Some(row.slug))])
}

async fn list_tenants(client: &Client) -> Result<Vec<Known>> {
    const PAGE: i64 = 1_000;
    let fail = |error| Error::from_postgres(OPERATION, error);
    if sql::hides_tenants().bind(client).one().await.map_err(fail)? {
        return Err(Error::tenants_hidden(OPERATION));
    }
    let mut known = Vec::new();
    let mut last = None;
    loop {
        let page =
            sql::list_audited_tenants().bind(client, &last, &PAGE).all().await.map_err(fail)?;
        let Some(end) = page.last() else { return Ok(known) };
        last = Some(end.tenant_id);
        known.extend(page.into_iter().map(|row| (TenantId(row.tenant_id), row.slug)));
    }
}

/// A further connection that sees exactly what the leader sees.
async fn join_snapshot(shared: &Arc<Shared>, snapshot: &str, opening: &str) -> Result<Connection> {
    let fail = |error| Error::from_postgres(OPERATION, error);
    // It goes into a statement that takes no parameters.
    if !snapshot.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        let reason = "PostgreSQL returned a snapshot name of an unknown form".to_owned();
        return Err(Error::Conflict { operation: OPERATION, reason });
    }
    let connection = shared.pool.get().await?;
    connection.take_off();
    let begin = opening.replacen(';', &format!("; SET TRANSACTION SNAPSHOT '{snapshot}';"), 1);
    connection.batch_execute(&begin).await.map_err(fail)?;
    Ok(connection)
}

async fn finish(connection: &Connection) -> Result<()> {
    connection
        .batch_execute("COMMIT")
        .await
        .map_err(|error| Error::from_postgres(OPERATION, error))?;
    connection.touch_down();
    Ok(())
}
