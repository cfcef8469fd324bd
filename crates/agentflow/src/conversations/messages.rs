use std::ops::ControlFlow;

use agentflow_core::{
    audit::Resource,
    envelope::{SealedEnvelope, TraceId},
    ids::MessageId,
};
use agentflow_sql::queries::messages as sql;

use super::{
    StoredMessage,
    position::Position,
    replay::{self, Replay, ReplayOptions, ReplayReport},
    rows::{Rows, said},
    verify::{self, ScanOptions, ScanProgress},
};
use crate::{
    error::{Error, Result},
    store::Handle,
};

/// The messages of a tenant: those that agents send each other, and the turns of conversations.
///
/// What is stored is never changed. Reading verifies each message, and shows a bad one together with what is wrong with it.
#[derive(Debug, Clone)]
pub struct Messages(pub(super) Handle);

impl Messages {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Stores a message. Fails with [`Error::AlreadyExists`] when there is one with the same id.
    ///
    /// Its hash was verified when the [`SealedEnvelope`] was made: there is no other way to make one.
    pub async fn store(&self, message: &SealedEnvelope) -> Result<()> {
        self.store_many(std::slice::from_ref(message)).await
    }

    /// Stores messages, all or none, in one round trip; about a thousand a call. An empty slice stores nothing.
    ///
    /// Messages are their own record: in the audit chain is one entry a call, and that only where the tenant's log level
    /// is verbose, which takes three round trips.
    pub async fn store_many(&self, messages: &[SealedEnvelope]) -> Result<()> {
        const OPERATION: &str = "store messages";
        if messages.is_empty() {
            return Ok(());
        }
        let rows = Rows::of(messages).map_err(Error::invalid(OPERATION))?;
        let event = || said("message.stored", Resource::kind("message"), messages);
        rows.store(OPERATION, &self.0, None, event).await
    }

    /// The message with this id.
    pub async fn get(&self, id: MessageId) -> Result<Option<StoredMessage>> {
        let flight = self.0.flight("get a message").await?;
        let row =
            sql::get_message().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        Ok(flight.land(row).await?.map(StoredMessage::from))
    }

    /// A page of the messages of a trace in the order in which they were sent, after the one that ended the page before.
    pub async fn list_by_trace(
        &self,
        trace: &TraceId,
        after: Option<&StoredMessage>,
        limit: u16,
    ) -> Result<Vec<StoredMessage>> {
        let Some(from) = after.map_or(Some(Position::START), StoredMessage::next_position) else {
            return Ok(Vec::new());
        };
        let flight = self.0.flight("list the messages of a trace").await?;
        let rows = sql::list_messages_of_trace()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &trace.as_str(),
                &from.time(),
                from.id(),
                &i64::from(limit),
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        Ok(rows.into_iter().map(StoredMessage::from).collect())
    }

    /// Goes through messages in the order in which they were sent, and verifies each; `each` gets it with the verdict.
    ///
    /// Works page by page, each of them a round trip, and holds one message at a time. What is stored meanwhile is seen if
    /// it comes behind the place that was reached.
    pub async fn replay(
        &self,
        what: &Replay,
        options: &ReplayOptions,
        mut each: impl FnMut(&StoredMessage, std::result::Result<(), &str>) + Send,
    ) -> Result<ReplayReport> {
        let each = move |message: &StoredMessage| {
            each(message, message.verdict());
            ControlFlow::Continue(())
        };
        replay::run(&self.0, what, options, each).await
    }

    /// The same for whoever has seen enough at some message: the first one that `each` breaks at ends it.
    pub async fn visit(
        &self,
        what: &Replay,
        options: &ReplayOptions,
        each: impl FnMut(&StoredMessage) -> ControlFlow<()> + Send,
    ) -> Result<ReplayReport> {
        replay::run(&self.0, what, options, each).await
    }

    /// Verifies every message of the tenant, in the order of their ids. Dropping the future stops it.
    ///
    /// Each page is read in a transaction of its own, so that nothing is held back on the server; messages are never
    /// changed, and what is stored or removed meanwhile may or may not be counted.
    pub async fn verify_all(
        &self,
        options: &ScanOptions,
        progress: &(dyn Fn(ScanProgress) + Send + Sync),
    ) -> Result<ReplayReport> {
        verify::run(&self.0, options, progress).await
    }
}
