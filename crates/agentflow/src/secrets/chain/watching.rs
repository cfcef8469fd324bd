//! Passing on that something has changed.

use std::sync::{Arc, Weak};

use tokio::{runtime::Handle, sync::watch, task::JoinSet};

use super::ChainLink;

/// Passes on what the providers tell of changes.
pub(super) fn watch_all(
    links: &[ChainLink],
    watching: &mut JoinSet<()>,
) -> Option<Arc<watch::Sender<u64>>> {
    let runtime = Handle::try_current().ok()?;
    let told: Vec<_> = links.iter().filter_map(|link| link.provider.watch()).collect();
    if told.is_empty() {
        return None;
    }
    let changes = Arc::new(watch::Sender::new(0));
    for told in told {
        watching.spawn_on(pass_on(told, Arc::downgrade(&changes)), &runtime);
    }
    Some(changes)
}

async fn pass_on(mut told: watch::Receiver<u64>, changes: Weak<watch::Sender<u64>>) {
    while told.changed().await.is_ok() {
        let Some(changes) = changes.upgrade() else { return };
        changes.send_modify(|count| *count += 1);
    }
}
