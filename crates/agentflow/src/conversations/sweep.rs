use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
};
use agentflow_sql::queries::conversations as sql;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Conversations;
use crate::{
    error::{Error, Result},
    settle::settle,
};

const SWEEP: &str = "sweep conversations";
/// How many conversations are changed in one transaction.
const BATCH: i64 = 1_000;
/// The longest time that anybody is waited for: about a hundred years.
const LONGEST: SignedDuration = SignedDuration::from_hours(36_525 * 24);

/// When conversations come to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepOptions {
    /// After so much silence a conversation is idle.
    pub idle_after: SignedDuration,
    /// After so much silence an idle conversation is closed.
    pub close_after: SignedDuration,
}

impl Default for SweepOptions {
    /// Idle after half an hour, closed after seven days.
    fn default() -> Self {
        Self {
            idle_after: SignedDuration::from_mins(30),
            close_after: SignedDuration::from_hours(7 * 24),
        }
    }
}

impl SweepOptions {
    fn check(&self) -> Result<(), InvalidInput> {
        for (field, duration) in
            [("idle_after", self.idle_after), ("close_after", self.close_after)]
        {
            if duration < SignedDuration::ZERO || duration > LONGEST {
                return Err(InvalidInput::new(field, "expected 0 to 100 years"));
            }
        }
        if self.close_after < self.idle_after {
            let reason = "expected idle_after or longer: only idle conversations are closed";
            return Err(InvalidInput::new("close_after", reason));
        }
        Ok(())
    }
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// Conversations that became idle; some of them may be closed now.
    pub idled: u64,
    /// Conversations that were closed.
    pub closed: u64,
}

#[derive(Clone, Copy)]
enum Step {
    Idle,
    Close,
}

impl Conversations {
    /// Lets conversations come to rest in which nobody says anything any more. Works in batches, each of which is
    /// recorded with its count; what is done when it is interrupted stays done. Conversations in which somebody says
    /// something at this moment are left alone.
    pub async fn sweep(&self, options: &SweepOptions, by: &Actor) -> Result<SweepReport> {
        options.check().map_err(Error::invalid(SWEEP))?;
        let now = self.0.shared.now();
        let before = |silence| now.checked_sub(silence).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(SweepReport {
            idled: self.step(Step::Idle, now, before(options.idle_after), by).await?,
            closed: self.step(Step::Close, now, before(options.close_after), by).await?,
        })
    }

    async fn step(
        &self,
        step: Step,
        now: Timestamp,
        silent_since: Timestamp,
        by: &Actor,
    ) -> Result<u64> {
        let tenant = self.0.tenant.as_uuid();
        let mut total = 0;
        loop {
            let tx = self.0.begin(SWEEP).await?;
            let (action, changed) = match step {
                Step::Idle => (
                    "conversation.idled",
                    sql::idle_conversations().bind(&tx, tenant, &silent_since, &BATCH).await,
                ),
                Step::Close => (
                    "conversation.closed",
                    sql::close_idle_conversations()
                        .bind(&tx, &now, tenant, &silent_since, &BATCH)
                        .await,
                ),
            };
            let (tx, changed) = settle(SWEEP, tx, changed).await?;
            if changed == 0 {
                tx.rollback().await?;
                return Ok(total);
            }
            total += changed;
            let event = Event::new(action, Resource::kind("conversation"), by.clone())
                .with_detail("conversations", changed)
                .with_detail("silent_since", silent_since.to_string());
            tx.audit_and_commit(&event).await?;
        }
    }

    /// Deletes closed conversations, with their turns, that are older than their team keeps them, and returns how many
    /// there were. Works in batches, each of which is recorded with its counts.
    pub async fn expire(&self, by: &Actor) -> Result<u64> {
        const OPERATION: &str = "delete expired conversations";
        let now = self.0.shared.now();
        let mut total = 0;
        loop {
            let tx = self.0.begin(OPERATION).await?;
            let deleted = sql::delete_expired_conversations()
                .bind(&tx, &now, &BATCH, self.0.tenant.as_uuid())
                .all()
                .await;
            let (tx, deleted) = settle(OPERATION, tx, deleted).await?;
            if deleted.is_empty() {
                tx.rollback().await?;
                return Ok(total);
            }
            let messages: i64 = deleted.iter().map(|row| i64::from(row.message_count)).sum();
            total += deleted.len() as u64;
            let event =
                Event::new("conversation.expired", Resource::kind("conversation"), by.clone())
                    .with_detail("conversations", deleted.len())
                    .with_detail("messages", messages);
            tx.audit_and_commit(&event).await?;
        }
    }
}
