//! Verification of whole chains: segments in parallel, all in one snapshot, nothing kept but counts.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use agentflow_core::ids::TenantId;
use agentflow_sql::queries::{audit as sql, tenancy::name_tenant};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Notify;
use tokio_postgres::Client;

use super::{chain::Chain, segment::Segment};
use crate::{
    error::{Error, Result},
    pool::Connection,
    store::Shared,
};

const OPERATION: &str = "verify the audit chain";
const BEGIN: &str = include_str!("../../queries/_begin_verification.sql");

/// How to verify.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// Also check that the ids and the searched fields are what the records say. Several times slower.
    pub deep: bool,
    /// Connections that work at the same time; by default one for each processor.
    pub jobs: usize,
    /// Entries that are asked for at once. Bounds the time between two reports of progress.
    pub segment: i64,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { deep: false, jobs, segment: 20_000 }
    }
}

/// How far verification is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Entries looked at.
    pub done: u64,
    /// Entries of the chains that were opened so far.
    pub total: u64,
    /// Chains opened so far.
    pub tenants: u64,
}

/// What verification found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every entry is as it was appended.
    Success,
    /// At least one is not.
    Tampered,
}

/// What was found in the chain of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantVerdict {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its short name, if the tenant still exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The verdict.
    pub status: Verdict,
    /// Entries the chain has or should have.
    pub total_records: i64,
    /// Entries before the first that is wrong; all of them if none is.
    pub verified_records: i64,
    /// The first entry that is wrong, counted from 0 where the chain begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_index: Option<i64>,
    /// The same entry by its position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_seq: Option<i64>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

/// What was found in all chains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// The verdict over all of them.
    pub status: Verdict,
    /// When verification began.
    pub timestamp: Timestamp,
    /// Entries the chains have or should have.
    pub total_records: i64,
    /// Entries before the first wrong one of each chain.
    pub verified_records: i64,
    /// Entries per second.
    pub throughput_per_sec: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Of the first tampered tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_index: Option<i64>,
    /// Of the first tampered tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_seq: Option<i64>,
    /// The first tampered tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_tampered_tenant: Option<TenantId>,
    /// What is wrong with its first tampered entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Every tenant, in order of their ids.
    pub tenants: Vec<TenantVerdict>,
}

type Progress<'a> = &'a (dyn Fn(VerifyProgress) + Send + Sync);

/// Verifies one tenant's chain, or all chains there are.
pub(crate) async fn verify_all(
    shared: &Arc<Shared>,
    tenant: Option<TenantId>,
    options: &VerifyOptions,
    progress: Progress<'_>,
) -> Result<VerifyReport> {
    let fail = |error| Error::from_postgres(OPERATION, error);
    let (timestamp, began) = (shared.now(), Instant::now());
    // The connection that exports the snapshot keeps it alive, and works as well.
    let leader = shared.pool.get().await?;
    leader.take_off();
    let opening = format!("{BEGIN}{}", shared.statements.clear_names());
    leader.batch_execute(&opening).await.map_err(fail)?;
    let snapshot = sql::export_snapshot().bind(client(&leader)).one().await.map_err(fail)?;
    let faults = sql::list_verification_faults().bind(client(&leader)).all().await.map_err(fail)?;
    if !faults.is_empty() {
        finish(&leader).await?;
        return Err(Error::Tampered { faults });
    }
    let known = match tenant {
        Some(tenant) => find_tenant(client(&leader), tenant).await?,
        None => list_tenants(client(&leader)).await?,
    };
    let work = Work::new(known, options.clone(), progress);

    let jobs = options.jobs.clamp(1, shared.pool.limit());
    let helpers = (1..jobs).map(|_| async {
        let joined = tokio::select! {
            joined = join_snapshot(shared, &snapshot, &opening) => joined,
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
    let lead = async { work.work_off(client(&leader)).await.map_err(fail) };
    // Whoever fails stops the others, who would wait for its piece.
    futures::try_join!(lead, futures::future::try_join_all(helpers))?;
    finish(&leader).await?;
    Ok(report(work.into_verdicts(), timestamp, began))
}

fn client(connection: &Connection) -> &Client {
    connection
}

async fn find_tenant(client: &Client, tenant: TenantId) -> Result<Vec<(TenantId, Option<String>)>> {
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

async fn list_tenants(client: &Client) -> Result<Vec<(TenantId, Option<String>)>> {
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

/// What is left to do, handed out piece by piece to whoever is free.
struct Work<'a> {
    state: Mutex<State>,
    changed: Notify,
    options: VerifyOptions,
    progress: Progress<'a>,
}

struct State {
    unopened: VecDeque<(usize, TenantId, Option<String>)>,
    /// Chains by tenant, as they are opened.
    chains: Vec<Option<Chain>>,
    /// Chains that may have segments left.
    active: VecDeque<usize>,
    /// Whether somebody found that nothing is left to hand out.
    done: bool,
    /// Chains that somebody is opening right now.
    opening: usize,
    seen: VerifyProgress,
}

enum Piece {
    Open(usize, TenantId, Option<String>),
    Verify(usize, Segment),
    /// Nothing right now; somebody may add to it.
    Wait,
    Done,
}

impl<'a> Work<'a> {
    fn new(
        known: Vec<(TenantId, Option<String>)>,
        options: VerifyOptions,
        progress: Progress<'a>,
    ) -> Self {
        let chains = known.iter().map(|_| None).collect();
        let unopened = known
            .into_iter()
            .enumerate()
            .map(|(index, (tenant, slug))| (index, tenant, slug))
            .collect();
        let seen = VerifyProgress::default();
        let state =
            State { unopened, chains, active: VecDeque::new(), done: false, opening: 0, seen };
        Self { state: Mutex::new(state), changed: Notify::new(), options, progress }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn work_off(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        let mut inside = None;
        loop {
            let changed = self.changed.notified();
            match self.next_piece() {
                Piece::Open(index, tenant, slug) => {
                    enter(client, &mut inside, tenant).await?;
                    let chain = Chain::open(client, tenant, slug).await?;
                    self.opened(index, chain);
                }
                Piece::Verify(index, segment) => {
                    enter(client, &mut inside, segment.tenant).await?;
                    let verified = segment.verify(client, self.options.deep).await?;
                    let mut state = self.state();
                    if let Some(chain) = &mut state.chains[index] {
                        chain.add(verified.fault);
                    }
                    state.seen.done += u64::try_from(verified.seen).unwrap_or(0);
                    let seen = state.seen;
                    drop(state);
                    (self.progress)(seen);
                }
                Piece::Wait => changed.await,
                Piece::Done => {
                    self.state().done = true;
                    self.changed.notify_waiters();
                    return Ok(());
                }
            }
        }
    }

    /// Returns when nothing is left to hand out.
    async fn done(&self) {
        loop {
            let changed = self.changed.notified();
            if self.state().done {
                return;
            }
            changed.await;
        }
    }

    fn next_piece(&self) -> Piece {
        let mut state = self.state();
        while let Some(&index) = state.active.front() {
            let rows = self.options.segment.max(1);
            if let Some(segment) =
                state.chains[index].as_mut().and_then(|chain| chain.next_segment(rows))
            {
                return Piece::Verify(index, segment);
            }
            state.active.pop_front();
        }
        if let Some((index, tenant, slug)) = state.unopened.pop_front() {
            state.opening += 1;
            return Piece::Open(index, tenant, slug);
        }
        if state.opening > 0 { Piece::Wait } else { Piece::Done }
    }

    fn opened(&self, index: usize, chain: Chain) {
        let mut state = self.state();
        state.seen.tenants += 1;
        state.seen.total += u64::try_from(chain.len()).unwrap_or(0);
        state.chains[index] = Some(chain);
        state.active.push_back(index);
        state.opening -= 1;
        drop(state);
        self.changed.notify_waiters();
    }

    fn into_verdicts(self) -> Vec<TenantVerdict> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.chains.into_iter().flatten().map(Chain::verdict).collect()
    }
}

/// Names the tenant, for row-level security, unless it is named already.
async fn enter(
    client: &Client,
    inside: &mut Option<TenantId>,
    tenant: TenantId,
) -> Result<(), tokio_postgres::Error> {
    if *inside != Some(tenant) {
        name_tenant().bind(client, tenant.as_uuid()).one().await?;
        *inside = Some(tenant);
    }
    Ok(())
}

fn report(tenants: Vec<TenantVerdict>, timestamp: Timestamp, began: Instant) -> VerifyReport {
    let took = began.elapsed();
    let sum = |counts: &mut dyn Iterator<Item = i64>| counts.fold(0, i64::saturating_add);
    let total_records = sum(&mut tenants.iter().map(|tenant| tenant.total_records));
    let first = tenants.iter().find(|tenant| tenant.status == Verdict::Tampered);
    let micros = took.as_micros().max(1);
    let per_second = u128::try_from(total_records).unwrap_or(0) * 1_000_000 / micros;
    VerifyReport {
        status: if first.is_some() { Verdict::Tampered } else { Verdict::Success },
        timestamp,
        total_records,
        verified_records: sum(&mut tenants.iter().map(|tenant| tenant.verified_records)),
        throughput_per_sec: u64::try_from(per_second).unwrap_or(u64::MAX),
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        first_tampered_index: first.and_then(|tenant| tenant.first_tampered_index),
        first_tampered_seq: first.and_then(|tenant| tenant.first_tampered_seq),
        first_tampered_tenant: first.map(|tenant| tenant.tenant_id),
        error_message: first.and_then(|tenant| tenant.error_message.clone()),
        tenants,
    }
}
