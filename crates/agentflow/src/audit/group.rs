//! Group commit: appends to one chain that meet are committed together.
//!
//! The head of a chain is locked until its transaction is committed, so one transaction an entry means one disk flush
//! after the other. While a flush is under way, other callers gather; the next transaction takes them all along.
//!
//! What has gathered is appended even if its caller goes away, so only so much may gather for a chain: while a database
//! hangs, callers that give up and come again must not fill the memory.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use agentflow_core::{audit::Record, ids::TenantId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::append::{APPEND, Appended, append_records};
use crate::{
    error::{Error, Result},
    store::Shared,
};

/// The most entries in one transaction. More gains nothing and makes everybody wait longer.
const MAX_GROUP: usize = 1_000;

/// How much may gather for one chain, in kB of records: some seconds of work, and room for the largest record.
const ROOM: usize = 64 * 1024;

type Reply = oneshot::Sender<Result<Appended>>;

/// An append that waits, with its share of the room.
struct Waiting {
    record: Record,
    reply: Reply,
    share: OwnedSemaphorePermit,
}

/// The appends that wait for one chain.
struct Queue {
    waiting: Vec<Waiting>,
    room: Arc<Semaphore>,
}

/// The queues by tenant. A tenant is in the map exactly while a task is at work for it.
#[derive(Default)]
pub(crate) struct Appenders(Mutex<HashMap<TenantId, Queue>>);

impl Appenders {
    /// Appends `record`, together with whatever else waits for the same chain.
    pub(crate) async fn append(
        &self,
        shared: &Arc<Shared>,
        tenant: TenantId,
        record: Record,
    ) -> Result<Appended> {
        let (reply, answer) = oneshot::channel();
        let size = u32::try_from(record.text().len() / 1024 + 1).unwrap_or(u32::MAX);
        let (mut append, mut share) = ((record, reply), None);
        while let Err((back, room)) = self.join(shared, tenant, append, size, share) {
            append = back;
            // Nobody closes it; if somebody did, the queue would be asked again.
            share = room.acquire_many_owned(size).await.ok();
        }
        answer.await.unwrap_or_else(|_| {
            let reason =
                "the runtime shut down meanwhile; whether it was stored is not known".to_owned();
            Err(Error::Unavailable { operation: APPEND, reason, source: None })
        })
    }

    /// Lines up for the chain of `tenant`. Gives the append back when there is no room, and where to wait for some.
    fn join(
        &self,
        shared: &Arc<Shared>,
        tenant: TenantId,
        (record, reply): (Record, Reply),
        size: u32,
        share: Option<OwnedSemaphorePermit>,
    ) -> std::result::Result<(), ((Record, Reply), Arc<Semaphore>)> {
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
            return Err(((record, reply), Arc::clone(&queue.room)));
        };
        queue.waiting.push(Waiting { record, reply, share });
        if is_first {
            // A task of its own: a caller that goes away must not take the others along.
            tokio::spawn(work_off(Worker { shared: Arc::clone(shared), tenant, finished: false }));
        }
        Ok(())
    }

    fn queues(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next group; `None` when nobody waits any more, and then the tenant is out of the map.
    fn next_group(&self, tenant: TenantId) -> Option<Vec<Waiting>> {
        let mut queues = self.queues();
        let waiting = &mut queues.get_mut(&tenant)?.waiting;
        if waiting.is_empty() {
            queues.remove(&tenant);
            return None;
        }
        let rest = waiting.split_off(waiting.len().min(MAX_GROUP));
        Some(std::mem::replace(waiting, rest))
    }
}

/// The work for one tenant's chain. Made before its task, so that nobody waits for a task that is gone: its runtime may
/// end before it ever runs, or it may panic.
struct Worker {
    shared: Arc<Shared>,
    tenant: TenantId,
    finished: bool,
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.finished {
            // Whoever waits is told by the loss of the other end of its channel.
            self.shared.appenders.queues().remove(&self.tenant);
        }
    }
}

async fn work_off(mut worker: Worker) {
    let (shared, tenant) = (Arc::clone(&worker.shared), worker.tenant);
    while let Some(group) = shared.appenders.next_group(tenant) {
        // The room is free again when the records are gone, at the end.
        let (records, (replies, _shares)): (Vec<_>, (Vec<_>, Vec<_>)) =
            group.into_iter().map(|it| (it.record, (it.reply, it.share))).unzip();
        match append_records(&shared, tenant, &records).await {
            Ok(appended) => {
                answer_each(replies, appended);
                // Those who were answered may have more to append: without this they would miss the next group by a
                // moment, and groups would be half as large.
                tokio::task::yield_now().await;
            }
            // What went wrong with the connection or the tenant went wrong for all.
            Err(error) if records.len() == 1 || concerns_all(&error) => {
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
            // One of them was refused, and took the others along: each for itself.
            Err(_) => {
                for (record, reply) in records.iter().zip(replies) {
                    let answer =
                        append_records(&shared, tenant, std::slice::from_ref(record)).await;
                    let _ = reply.send(answer);
                }
            }
        }
    }
    worker.finished = true;
}

fn concerns_all(error: &Error) -> bool {
    !matches!(
        error,
        Error::AlreadyExists { .. } | Error::InvalidInput { .. } | Error::Database { .. }
    )
}

/// Gives every caller the position of its own entry.
fn answer_each(replies: Vec<Reply>, group: Appended) {
    for (seq, reply) in (group.first_seq..).zip(replies) {
        let _ =
            reply.send(Ok(Appended { first_seq: seq, last_seq: seq, head_hash: group.head_hash }));
    }
}
