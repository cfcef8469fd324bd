//! The work of verification, handed out piece by piece to whoever is free.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use agentflow_core::{ids::TenantId, merkle::CompactRange};
use agentflow_sql::queries::tenancy::name_tenant;
use tokio::sync::Notify;
use tokio_postgres::Client;

use super::{
    Known, Part, Progress, VerifyOptions, VerifyProgress, gone::Gone, outside::Outside,
    read_claims, report::TenantVerdict, sort_claims,
};
use crate::audit::{
    chain::{Chain, Opening, Task},
    segment::{Fault, Verified},
    tree::Tree,
};

/// What is left to do, handed out piece by piece to whoever is free.
pub(super) struct Work<'a> {
    state: Mutex<State>,
    changed: Notify,
    pub(super) options: &'a VerifyOptions,
    outside: Outside,
    /// Whether the log of all tenants can be read.
    reads_log: bool,
    progress: Progress<'a>,
}

struct State {
    unopened: VecDeque<(usize, Known)>,
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
    Open(usize, Known),
    Verify(usize, Task),
    /// Nothing right now; somebody may add to it.
    Wait,
    Done,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        known: Vec<Known>,
        options: &'a VerifyOptions,
        outside: Outside,
        reads_log: bool,
        progress: Progress<'a>,
    ) -> Self {
        let chains = known.iter().map(|_| None).collect();
        let unopened = known.into_iter().enumerate().collect();
        let seen = VerifyProgress::default();
        let state =
            State { unopened, chains, active: VecDeque::new(), done: false, opening: 0, seen };
        let (state, changed) = (Mutex::new(state), Notify::new());
        Self { state, changed, options, outside, reads_log, progress }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn work_off(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        let mut inside = None;
        loop {
            let changed = self.changed.notified();
            match self.next_piece() {
                Piece::Open(index, known) => {
                    enter(client, &mut inside, known.0).await?;
                    let chain = self.open(client, known).await?;
                    self.opened(index, chain);
                }
                Piece::Verify(index, task) => {
                    enter(client, &mut inside, task.segment.tenant).await?;
                    let first = task.segment.first;
                    let (verified, part) = self.verify(client, task).await?;
                    self.verified(index, first, verified, part);
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

    async fn open(&self, client: &Client, known: Known) -> Result<Chain, tokio_postgres::Error> {
        let opening = Opening {
            keys: &self.options.keys,
            since_checkpoint: self.options.since_checkpoint,
            // What a tenant that is gone left behind is compared as a whole.
            reads_log: self.reads_log && known.1.is_some(),
            copies: self.outside.claims(known.0),
        };
        Chain::open(client, known, opening).await
    }

    async fn verify(
        &self,
        client: &Client,
        task: Task,
    ) -> Result<(Verified, Option<Part>), tokio_postgres::Error> {
        let Task { segment, mut claims, .. } = task;
        if task.has_checkpoints {
            let stretch = (segment.first, segment.last);
            claims.extend(read_claims(client, segment.tenant, stretch, &self.options.keys).await?);
            sort_claims(&mut claims);
        }
        let begin = u64::try_from(segment.first - 1).unwrap_or(0);
        let sizes = claims.chunk_by(|a, b| a.size == b.size).filter_map(<[_]>::first);
        let sizes = sizes.filter_map(|claim| u64::try_from(claim.size).ok());
        let mut tree =
            task.needs_tree.then(|| Tree::after(CompactRange::starting_at(begin), sizes));
        let verified = segment.verify(client, self.options.deep, tree.as_mut()).await?;
        let is_whole = verified.fault.is_none();
        let part = tree.map(|tree| Part { last: segment.last, tree, claims, is_whole });
        Ok((verified, part))
    }

    fn verified(&self, index: usize, first: i64, verified: Verified, part: Option<Part>) {
        let mut state = self.state();
        if let Some(chain) = &mut state.chains[index] {
            chain.add(first, verified.fault, part);
        }
        state.seen.done += u64::try_from(verified.seen).unwrap_or(0);
        let seen = state.seen;
        drop(state);
        (self.progress)(seen);
    }

    /// Returns when nothing is left to hand out.
    pub(super) async fn done(&self) {
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
            if let Some(task) = state.chains[index].as_mut().and_then(|chain| chain.next_task(rows))
            {
                return Piece::Verify(index, task);
            }
            state.active.pop_front();
        }
        if let Some((index, known)) = state.unopened.pop_front() {
            state.opening += 1;
            return Piece::Open(index, known);
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

    /// Entries that were looked at.
    pub(super) fn seen(&self) -> u64 {
        self.state().seen.done
    }

    /// The verdicts on all chains. Those of tenants that vanished are taken out of `gone`. `covered` is up to where copies
    /// of the log of all tenants vouch for each.
    pub(super) fn into_verdicts(
        self,
        gone: &mut Gone,
        covered: &BTreeMap<TenantId, i64>,
    ) -> Vec<TenantVerdict> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let verdict = |mut chain: Chain| {
            if let Some(vanished) = gone.vanished.remove(&chain.tenant()) {
                chain.blame(Fault::new(1, vanished.reason));
            }
            let covered = covered.get(&chain.tenant()).copied();
            chain.verdict(covered)
        };
        state.chains.into_iter().flatten().map(verdict).collect()
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
