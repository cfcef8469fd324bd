//! Which entries are meant.

use agentflow::audit::{AuditFilter, EventStatus};
use clap::ValueEnum;
use jiff::Timestamp;

use crate::instant::instant;

/// Filters, which are combined.
#[derive(Debug, clap::Args)]
pub(super) struct Filter {
    /// Only this action
    #[arg(long)]
    action: Option<String>,
    /// Only this actor, by id
    #[arg(long)]
    actor: Option<String>,
    /// Only this kind of thing
    #[arg(long)]
    resource_type: Option<String>,
    /// Only this thing
    #[arg(long)]
    resource_id: Option<String>,
    /// Only what ended so
    #[arg(long, value_enum)]
    status: Option<Ended>,
    /// Only what happened then or later: 2026-11-21T04:41:00Z, or a day in UTC
    #[arg(long, value_parser = instant)]
    since: Option<Timestamp>,
    /// Only what happened earlier
    #[arg(long, value_parser = instant)]
    until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ended {
    Success,
    Failure,
}

impl From<Filter> for AuditFilter {
    fn from(filter: Filter) -> Self {
        Self {
            before_seq: None,
            action: filter.action,
            actor_id: filter.actor,
            resource_type: filter.resource_type,
            resource_id: filter.resource_id,
            status: filter.status.map(|status| match status {
                Ended::Success => EventStatus::Success,
                Ended::Failure => EventStatus::Failure,
            }),
            since: filter.since,
            until: filter.until,
        }
    }
}
