//! Going through messages in the order in which they were sent.

use std::{ops::ControlFlow, pin::pin, time::Instant};

use agentflow_core::{
    InvalidInput,
    envelope::TraceId,
    ids::{ConversationId, MessageId},
};
use agentflow_sql::queries::messages as sql;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use jiff::Timestamp;
use serde::Serialize;

use super::{StoredMessage, position::Position};
use crate::{
    error::{Error, Result},
    scope::Flight,
    store::Handle,
};

const OPERATION: &str = "replay messages";
/// How many bad messages a report names.
const MAX_NAMED: usize = 10_000;

/// What to go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// The turns of a conversation.
    Conversation(ConversationId),
    /// The messages of a trace.
    Trace(TraceId),
    /// Everything that was sent from `since` on and before `until`.
    Between {
        /// The first time that counts; from the beginning if absent.
        since: Option<Timestamp>,
        /// The first that does not; to the end if absent.
        until: Option<Timestamp>,
    },
}

impl Replay {
    fn check(&self) -> Result<(), InvalidInput> {
        match self {
            Self::Between { since: Some(since), until: Some(until) } if since > until => {
                let reason = format!("{since} is later than until, which is {until}");
                Err(InvalidInput::new("since", reason))
            }
            _ => Ok(()),
        }
    }
}

/// How to go through messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayOptions {
    /// Whether the first bad message ends it.
    pub stop_at_first: bool,
    /// Messages that are asked for at once, 1 or more.
    pub page: u32,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self { stop_at_first: false, page: 1_000 }
    }
}

/// A message that is not what was hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadMessage {
    /// Which one.
    pub id: MessageId,
    /// The field that breaks the contract and how, or both hashes.
    pub reason: String,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReplayReport {
    /// Messages that were looked at.
    pub total: u64,
    /// Those that are what was hashed.
    pub verified: u64,
    /// The others: the first 10,000 that were found. There are `total - verified`.
    pub bad: Vec<BadMessage>,
    /// Messages per second.
    pub throughput_per_sec: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl ReplayReport {
    /// Whether every message is what was hashed.
    pub fn is_good(&self) -> bool {
        self.verified == self.total
    }

    /// Messages that are not what was hashed, also those that are not named.
    pub fn bad_total(&self) -> u64 {
        self.total.saturating_sub(self.verified)
    }

    pub(super) fn add(&mut self, id: MessageId, verdict: std::result::Result<(), &str>) {
        self.total += 1;
        match verdict {
            Ok(()) => self.verified += 1,
            Err(reason) => self.name(BadMessage { id, reason: reason.to_owned() }),
        }
    }

    /// Adds what was found in another part.
    pub(super) fn merge(&mut self, part: Self) {
        self.total += part.total;
        self.verified += part.verified;
        part.bad.into_iter().for_each(|bad| self.name(bad));
    }

    fn name(&mut self, bad: BadMessage) {
        if self.bad.len() < MAX_NAMED {
            self.bad.push(bad);
        }
    }

    pub(super) fn finish(mut self, began: Instant) -> Self {
        let took = began.elapsed();
        let per_second = u128::from(self.total) * 1_000_000 / took.as_micros().max(1);
        self.throughput_per_sec = u64::try_from(per_second).unwrap_or(u64::MAX);
        self.duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self
    }
}

pub(super) async fn run(
    handle: &Handle,
    what: &Replay,
    options: &ReplayOptions,
    mut each: impl FnMut(&StoredMessage) -> ControlFlow<()> + Send,
) -> Result<ReplayReport> {
    what.check().map_err(Error::invalid(OPERATION))?;
    let began = Instant::now();
    let page = options.page.max(1);
    let (mut report, mut buffer) = (ReplayReport::default(), String::new());
    let mut next = Some(match what {
        Replay::Between { since: Some(since), .. } => Position::at(*since),
        _ => Position::START,
    });
    while let Some(from) = next {
        let flight = handle.flight(OPERATION).await?;
        let read = async {
            let mut rows = pin!(rows(&flight, handle, what, &from, page).await?);
            let (mut seen, mut last) = (0, None);
            while let Some(row) = rows.try_next().await? {
                let message = StoredMessage::read(row, &mut buffer);
                let verdict = message.verdict();
                let flow = each(&message);
                report.add(message.id, verdict);
                seen += 1;
                if flow.is_break() || options.stop_at_first && verdict.is_err() {
                    return Ok(None);
                }
                last = message.next_position();
            }
            Ok(last.filter(|_| seen == page))
        };
        let read = read.await;
        next = flight.land(read).await?;
    }
    Ok(report.finish(began))
}

/// A page, as it comes in: messages may be large, so they are not collected.
async fn rows<'f>(
    flight: &'f Flight,
    handle: &Handle,
    what: &Replay,
    from: &Position,
    page: u32,
) -> std::result::Result<
    BoxStream<'f, std::result::Result<sql::Message, tokio_postgres::Error>>,
    tokio_postgres::Error,
> {
    let (tenant, time, page) = (handle.tenant.as_uuid(), from.time(), i64::from(page));
    Ok(match what {
        Replay::Conversation(id) => sql::list_messages_of_conversation()
            .bind(flight, tenant, id.as_uuid(), &time, from.id(), &page)
            .iter()
            .await?
            .boxed(),
        Replay::Trace(trace) => sql::list_messages_of_trace()
            .bind(flight, tenant, &trace.as_str(), &time, from.id(), &page)
            .iter()
            .await?
            .boxed(),
        Replay::Between { until, .. } => sql::list_messages_between()
            .bind(flight, tenant, until, &time, from.id(), &page)
            .iter()
            .await?
            .boxed(),
    })
}
