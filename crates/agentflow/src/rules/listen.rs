//! Hearing of changes of rules.

use std::time::Duration;

use agentflow_core::ids::TenantId;
use tokio::sync::{mpsc::UnboundedSender, watch};

pub use crate::listen::Listening;
use crate::{
    listen::{self, Channel},
    store::Shared,
};

/// What a listener tells: of whom something changed.
pub(super) type Heard = listen::Heard<TenantId>;

const CHANGES: Channel<TenantId> = Channel {
    name: "agentflow_rules",
    operation: "listen for changes of rules",
    subject: "changes of rules",
    read: |payload| payload.parse().ok(),
};

/// Listens for as long as it is polled, and connects again when the connection is lost.
pub(super) async fn listen(
    shared: &Shared,
    check: Duration,
    tell: UnboundedSender<Heard>,
    state: &watch::Sender<Listening>,
) {
    listen::listen(shared, &CHANGES, check, tell, state).await;
}
