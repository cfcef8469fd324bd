//! Group commit: calls that meet and change the same thing of a tenant are committed together.
//!
//! The thing, such as the head of a chain, is locked until its transaction is committed, so one transaction a call means
//! one disk flush after the other. While a flush is under way, other callers gather; the next transaction takes them all
//! along.
//!
//! What has gathered is done even if its caller goes away, so only so much may gather for a tenant: while a database
//! hangs, callers that give up and come again must not fill the memory.

use std::{
    collections::{HashMap, hash_map::Entry},
    marker::PhantomData,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use agentflow_core::ids::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::{
    error::{Error, Result},
    store::Shared,
};

/// The most calls in one transaction. More gains nothing and makes everybody wait longer.
const MAX_GROUP: usize = 1_000;

/// How much may gather for one tenant, in kB: some seconds of work, and room for the largest call.
const ROOM: usize = 64 * 1024;

/// What is done together.
pub(crate) trait Work: Send + Sync + Sized + 'static {
    /// What one caller wants.
    type Call: Send + Sync + 'static;
    /// What one caller gets.
    type Answer: Send + 'static;
    /// What fails when nobody is there any more to answer.
    const OPERATION: &'static str;

    /// Where callers gather.
    fn groups(shared: &Shared) -> &Groups<Self>;

    /// How much memory a call takes, in kB.
    fn size(call: &Self::Call) -> usize;

    /// How many calls from the first on can be done together: at least one.
    fn together<'c>(calls: impl ExactSizeIterator<Item = &'c Self::Call>) -> usize {
        calls.len()
    }

    /// Does them all in one transaction, or none: one answer for each, in their order.
    fn run(
        shared: &Arc<Shared>,
        tenant: TenantId,
        calls: &[Self::Call],
    ) -> impl Future<Output = Result<Vec<Self::Answer>>> + Send;
}

/// A call, and where its answer goes.
type Asked<W> = (<W as Work>::Call, Reply<W>);

type Reply<W> = oneshot::Sender<Result<<W as Work>::Answer>>;

/// A call that waits, with its share of the room.
struct Waiting<W: Work> {
    call: W::Call,
    reply: Reply<W>,
    share: OwnedSemaphorePermit,
}

/// The calls that wait for one tenant.
struct Queue<W: Work> {
    waiting: Vec<Waiting<W>>,
    room: Arc<Semaphore>,
}

/// The queues by tenant. A tenant is in the map exactly while a task is at work for it.
pub(crate) struct Groups<W: Work>(Mutex<HashMap<TenantId, Queue<W>>>);

impl<W: Work> Default for Groups<W> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<W: Work> Groups<W> {
    /// Does `call`, together with whatever else waits for the same tenant.
    pub(crate) async fn call(
        &self,
        shared: &Arc<Shared>,
        tenant: TenantId,
        call: W::Call,
    ) -> Result<W::Answer> {
        let (reply, answer) = oneshot::channel();
        let size = u32::try_from(W::size(&call)).unwrap_or(u32::MAX);
        let (mut waiting, mut share) = ((call, reply), None);
        while let Err((back, room)) = self.join(shared, tenant, waiting, size, share) {
            waiting = back;
            // Nobody closes it; if somebody did, the queue would be asked again.
            share = room.acquire_many_owned(size).await.ok();
        }
        answer.await.unwrap_or_else(|_| {
            let reason =
                "the runtime shut down meanwhile; whether it was stored is not known".to_owned();
            Err(Error::Unavailable { operation: W::OPERATION, reason, source: None })
        })
    }

    /// Lines up for `tenant`. Gives the call back when there is no room, and where to wait for some.
    fn join(
        &self,
        shared: &Arc<Shared>,
        tenant: TenantId,
        (call, reply): Asked<W>,
        size: u32,
        share: Option<OwnedSemaphorePermit>,
    ) -> std::result::Result<(), (Asked<W>, Arc<Semaphore>)> {
        let mut queues = self.queues();
        let (queue, is_first) = match queues.entry(tenant) {
            Entry::Occupied(queue) => (queue.into_mut(), false),
            Entry::Vacant(nobody) => {
                let room = Arc::new(Semaphore::new(ROOM));
                (nobody.insert(Queue { waiting: Vec::new(), room }), true)
            }
        };
        // Who waited may find another queue than the one whose room it got a share of.
        let share = share.filter(|share| Arc::ptr_eq(share.semaphore(), &queue.room));
        let share = share.or_else(|| Arc::clone(&queue.room).try_acquire_many_owned(size).ok());
        let Some(share) = share else {
            return Err(((call, reply), Arc::clone(&queue.room)));
        };
        queue.waiting.push(Waiting { call, reply, share });
        if is_first {
            // A task of its own: a caller that goes away must not take the others along.
            let shared = Arc::clone(shared);
            tokio::spawn(work_off(Worker::<W> {
                shared,
                tenant,
                of: PhantomData,
                finished: false,
            }));
        }
        Ok(())
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<TenantId, Queue<W>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next group; `None` when nobody waits any more, and then the tenant is out of the map.
    fn next_group(&self, tenant: TenantId) -> Option<Vec<Waiting<W>>> {
        let mut queues = self.queues();
        let waiting = &mut queues.get_mut(&tenant)?.waiting;
        if waiting.is_empty() {
            queues.remove(&tenant);
            return None;
        }
        let first = &waiting[..waiting.len().min(MAX_GROUP)];
        let together = W::together(first.iter().map(|it| &it.call)).clamp(1, first.len());
        let rest = waiting.split_off(together);
        Some(std::mem::replace(waiting, rest))
    }
}

/// The work for one tenant. Made before its task, so that nobody waits for a task that is gone: its runtime may end before
/// it ever runs, or it may panic.
struct Worker<W: Work> {
    shared: Arc<Shared>,
    tenant: TenantId,
    of: PhantomData<W>,
    finished: bool,
}

impl<W: Work> Drop for Worker<W> {
    fn drop(&mut self) {
        if !self.finished {
            // Whoever waits is told by the loss of the other end of its channel.
            W::groups(&self.shared).queues().remove(&self.tenant);
        }
    }
}

async fn work_off<W: Work>(mut worker: Worker<W>) {
    let (shared, tenant) = (Arc::clone(&worker.shared), worker.tenant);
    while let Some(group) = W::groups(&shared).next_group(tenant) {
        // The room is free again when the calls are gone, at the end.
        let (calls, (replies, _shares)): (Vec<_>, (Vec<_>, Vec<_>)) =
            group.into_iter().map(|it| (it.call, (it.reply, it.share))).unzip();
        match W::run(&shared, tenant, &calls).await {
            Ok(answers) => {
                for (answer, reply) in answers.into_iter().zip(replies) {
                    let _ = reply.send(Ok(answer));
                }
                // Those who were answered may come again: without this they would miss the next group by a moment, and
                // groups would be half as large.
                tokio::task::yield_now().await;
            }
            // What went wrong with the connection or the tenant went wrong for all.
            Err(error) if calls.len() == 1 || concerns_all(&error) => {
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
            // One of them was refused, and took the others along: each for itself.
            Err(_) => {
                for (call, reply) in calls.iter().zip(replies) {
                    let _ = reply.send(run_one::<W>(&shared, tenant, call).await);
                }
            }
        }
    }
    worker.finished = true;
}

async fn run_one<W: Work>(
    shared: &Arc<Shared>,
    tenant: TenantId,
    call: &W::Call,
) -> Result<W::Answer> {
    let answers = W::run(shared, tenant, std::slice::from_ref(call)).await?;
    answers.into_iter().next().ok_or_else(|| Error::Unavailable {
        operation: W::OPERATION,
        reason: "the database did not answer".to_owned(),
        source: None,
    })
}

fn concerns_all(error: &Error) -> bool {
    !matches!(
        error,
        Error::AlreadyExists { .. }
            | Error::Conflict { .. }
            | Error::Database { .. }
            | Error::InvalidInput { .. }
            | Error::NotFound { .. }
    )
}
