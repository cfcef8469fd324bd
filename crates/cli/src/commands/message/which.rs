//! Which messages a command is about.

use agentflow::{
    Tenant,
    conversations::Replay,
    core::{envelope::TraceId, ids::ConversationId},
};
use jiff::Timestamp;

use crate::{commands::conversation, error::Result, instant::instant};

/// The messages of a trace or of a conversation, or those of a time.
#[derive(Debug, clap::Args)]
#[group(id = "which", required = true, multiple = true)]
pub(super) struct Which {
    /// Those of this trace: 32 lower-case hexadecimal digits
    #[arg(long, value_name = "TRACE", conflicts_with_all = ["conversation", "since", "until"])]
    trace: Option<TraceId>,
    /// The turns of this conversation, by id
    #[arg(long, value_name = "ID", conflicts_with_all = ["since", "until"])]
    conversation: Option<ConversationId>,
    /// Those sent then or later: 2026-11-21T04:41:00Z, or a day in UTC
    #[arg(long, value_name = "TIME", value_parser = instant)]
    since: Option<Timestamp>,
    /// Those sent earlier
    #[arg(long, value_name = "TIME", value_parser = instant)]
    until: Option<Timestamp>,
}

impl Which {
    /// A conversation that is not there is an error; a trace is only what messages say.
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<Replay> {
        Ok(match (self.trace, self.conversation) {
            (Some(trace), _) => Replay::Trace(trace),
            (_, Some(id)) => Replay::Conversation(conversation::find(tenant, id).await?.id),
            _ => Replay::Between { since: self.since, until: self.until },
        })
    }
}
